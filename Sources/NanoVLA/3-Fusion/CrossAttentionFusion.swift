import Tensors

/// Cross-attention fusion: the instruction chooses where to attend in the image.
///
/// A few learned query vectors first attend to the instruction, then to the image. The weights of
/// that second attention are a map of the image: high on the patches the instruction refers to.
/// Each further block lets the queries attend to each other and to the image again.
///
/// - Letters: B samples, P patches, T text tokens, Q queries, D width, H heads.
/// - Reference: Li et al., "BLIP-2" (2023), §3.1, learned queries between a frozen image
///   encoder and a language model. There text and queries share one self-attention; here queries
///   attend to the text by cross-attention.
public final class CrossAttentionFusion: Fusion {
  public static let kind = "crossAttention"
  public struct Configuration: Codable, Equatable, Sendable {
    /// Q, the number of output vectors.
    public var queries: Int
    /// Blocks that attend to the image, at least 1.
    public var depth: Int
    /// The most attention heads, and the MLPs' hidden width as a multiple of D.
    public var heads, ratio: Int

    public init(queries: Int = 1, depth: Int = 1, heads: Int = 4, ratio: Int = 2) {
      (self.queries, self.depth, self.heads, self.ratio) = (queries, depth, heads, ratio)
    }
  }
  public let configuration: Configuration
  public let queries: Tensor  // [Q, D]
  public let readText: CrossAttentionBlock
  public let blocks: [CrossAttentionBlock]
  public let norm: LayerNorm

  public init(
    _ configuration: Configuration = .init(), width: Int, using random: inout SeededRandom
  ) {
    let (Q, depth, ratio) = (configuration.queries, configuration.depth, configuration.ratio)
    guard depth > 0 else { fatalError("cross-attention fusion: depth \(depth), at least 1") }
    self.configuration = configuration
    queries = Tensor.normal([Q, width], scale: 0.5, using: &random).asParameter()
    let heads = MultiHeadAttention.heads(for: width, atMost: configuration.heads)
    var blocks: [CrossAttentionBlock] = []
    for _ in 0...depth {
      blocks.append(CrossAttentionBlock(width: width, heads: heads, ratio: ratio, using: &random))
    }
    readText = blocks.removeFirst()
    self.blocks = blocks
    norm = LayerNorm(width: width)
  }

  public func callAsFunction(vision: Tensor, text: Tensor, textMask: Tensor?) -> Tensor {
    attend(vision: vision, text: text, textMask: textMask).fused
  }

  /// Fuses, and also returns the attention map.
  ///
  /// R instructions may share an image: text is [B·R, T, D], its mask [B·R, 1, 1, T], R consecutive
  /// ones per image of vision [B, P, D].
  /// - Returns: the fused vectors [B·R, Q, D], and the first block's attention over the patches,
  ///   with scores and weights [B, H, R·Q, P].
  public func attend(
    vision: Tensor, text: Tensor, textMask: Tensor?
  ) -> (fused: Tensor, attention: Attention) {
    let (N, Q, D) = (text.dim(0), queries.dim(0), queries.dim(1))
    let start = queries.reshaped([1, Q, D]).broadcast(to: [N, Q, D])  // [Q, D] → [B·R, Q, D]
    var x = readText(start, context: text, mask: textMask).tokens  // [B·R, Q, D] → [B·R, Q, D]
      .traced("queries with text", "the queries have attended to the instruction")
    var maps: [Attention] = []
    for block in blocks {
      let attended = block(x, context: vision)  // [B·R, Q, D] over [B, P, D] → [B·R, Q, D]
      x = attended.tokens
      maps.append(attended.attention)
    }
    return (norm(x).traced("fused", "the queries have attended to the patches"), maps[0])
  }
}

/// A transformer block with a second attention, over another sequence: the decoder's block.
///
/// The tokens attend to each other, then to the context; then the MLP treats each alone.
///
/// - Letters: B contexts, R sequences that share a context, T tokens, C context tokens, D width.
/// - Reference: Vaswani et al., "Attention Is All You Need" (2017), §3.1. No causal mask.
public final class CrossAttentionBlock: Module {
  public let norm1: LayerNorm
  public let selfAttention: MultiHeadAttention
  public let norm2: LayerNorm
  public let crossAttention: MultiHeadAttention
  public let norm3: LayerNorm
  public let feedForward: FeedForward

  /// A block of tokens of `width` = D numbers, a multiple of the attention `heads`; `ratio` is the
  /// MLP's hidden width as a multiple of D.
  public init(width: Int, heads: Int, ratio: Int, using random: inout SeededRandom) {
    norm1 = LayerNorm(width: width)
    selfAttention = MultiHeadAttention(width: width, heads: heads, using: &random)
    norm2 = LayerNorm(width: width)
    crossAttention = MultiHeadAttention(width: width, heads: heads, using: &random)
    norm3 = LayerNorm(width: width)
    feedForward = FeedForward(width: width, hidden: ratio * width, using: &random)
  }

  /// Tokens [B·R, T, D] over contexts [B, C, D], of which R consecutive sequences share one, with
  /// an ``AttentionMask`` over the context → tokens [B·R, T, D], and weights [B, H, R·T, C].
  public func callAsFunction(
    _ x: Tensor, context: Tensor, mask: Tensor? = nil
  ) -> (tokens: Tensor, attention: Attention) {
    guard context.dim(0) > 0, x.dim(0) % context.dim(0) == 0 else {
      fatalError("cross-attention: tokens \(x.shape) do not share contexts \(context.shape)")
    }
    let own = x + selfAttention(norm1(x)).output  // [B·R, T, D] → [B·R, T, D]
    let queries = norm2(own).reshaped([context.dim(0), -1, x.dim(2)])  // [B·R, T, D] → [B, R·T, D]
    let attention = crossAttention(queries, context: context, mask: mask)  // → [B, R·T, D]
    let residual = own + attention.output.reshaped(x.shape)  // [B, R·T, D] → [B·R, T, D]
    return (residual + feedForward(norm3(residual)), attention)
  }
}
