import Tensors

/// Cross-attention fusion: the instruction chooses where to look.
///
/// A few learned queries first read the sentence ("what am I asked for?"), then, knowing that, look
/// at the image: the weights of this second look are a map of where the asked-for thing is. In each
/// further block the queries talk among themselves and look again.
///
/// Letters: B samples, P patches, T words, Q queries, D width, H heads.
///
/// Reference: Li et al., "BLIP-2" (2023), section 3.1: learned queries between a frozen image
/// encoder and a language model. Here the text comes to the queries by attention of their own.
public final class CrossAttentionFusion: Fusion {
  public let queries: Tensor  // [Q, D]
  public let readText: CrossAttentionBlock
  public let blocks: [CrossAttentionBlock]
  public let norm: LayerNorm

  /// - Parameters:
  ///   - width: D.
  ///   - heads: attention heads.
  ///   - queries: Q, one for each thing that an instruction may name.
  ///   - depth: how often the queries look at the image.
  public init(
    width: Int, heads: Int, queries: Int, depth: Int, ratio: Int = 2,
    using random: inout SeededRandom
  ) {
    self.queries = Tensor.normal([queries, width], scale: 0.5, using: &random).asParameter()
    readText = CrossAttentionBlock(width: width, heads: heads, ratio: ratio, using: &random)
    var blocks: [CrossAttentionBlock] = []
    for _ in 0..<depth {
      blocks.append(CrossAttentionBlock(width: width, heads: heads, ratio: ratio, using: &random))
    }
    self.blocks = blocks
    norm = LayerNorm(width: width)
  }

  public func callAsFunction(vision: Tensor, text: Tensor, textMask: Tensor?) -> Tensor {
    look(vision: vision, text: text, textMask: textMask).fused
  }

  /// The fused vectors [B, Q, D], and the first look at the image: scores and weights [B, H, Q, P].
  ///
  /// `text` may hold several instructions an image: B·R of them for B images, R after R.
  public func look(
    vision: Tensor, text: Tensor, textMask: Tensor?
  ) -> (fused: Tensor, firstLook: MultiHeadAttention.Result) {
    let (N, Q, D) = (text.dim(0), queries.dim(0), queries.dim(1))
    let asked = queries.reshaped([1, Q, D]).broadcast(to: [N, Q, D])  // [Q, D] → [B, Q, D]
    var x = readText(asked, context: text, mask: textMask).tokens  // [B, Q, D] → [B, Q, D]
      .traced("questions", "the queries have read the instruction")
    var firstLook: MultiHeadAttention.Result?
    for block in blocks {
      let seen = block(x, context: vision)  // [B, Q, D] over [B, P, D] → [B, Q, D]
      x = seen.tokens
      firstLook = firstLook ?? seen.look
    }
    guard let firstLook else { fatalError("cross-attention fusion: depth 0 sees no image") }
    return (norm(x).traced("fused", "what the instruction found in the image"), firstLook)
  }
}
