import Tensors

/// Concatenation: image and text tokens in one sequence, and a transformer block over it.
///
/// The simplest fusion, and the one most VLMs use at scale: self-attention alone relates words to
/// patches. One extra learned token at the end collects the result.
///
/// - Letters: B samples, P patches, T text tokens, D width.
/// - Reference: Liu et al., "Visual Instruction Tuning" (LLaVA, 2023), §4.1.
public final class ConcatFusion: Fusion {
  public static let kind = "concat"
  public struct Configuration: Codable, Equatable, Sendable {
    /// The most attention heads, and the MLP's hidden width as a multiple of D.
    public var heads, ratio: Int
    public init(heads: Int = 4, ratio: Int = 2) { (self.heads, self.ratio) = (heads, ratio) }
  }
  public let configuration: Configuration
  public let answer: Tensor  // [1, D]
  public let block: TransformerBlock
  public let norm: LayerNorm

  public init(
    _ configuration: Configuration = .init(), width: Int, using random: inout SeededRandom
  ) {
    self.configuration = configuration
    let heads = MultiHeadAttention.heads(for: width, atMost: configuration.heads)
    answer = Tensor.normal([1, width], scale: 0.5, using: &random).asParameter()
    block = TransformerBlock(width: width, heads: heads, ratio: configuration.ratio, using: &random)
    norm = LayerNorm(width: width)
  }

  public func callAsFunction(vision: Tensor, text: Tensor, textMask: Tensor?) -> Tensor {
    let (B, P, T, D) = (vision.dim(0), vision.dim(1), text.dim(1), vision.dim(2))
    let last = answer.reshaped([1, 1, D]).broadcast(to: [B, 1, D])  // [1, D] → [B, 1, D]
    let tokens = Tensor.concatenated([vision, text, last], axis: 1)  // → [B, P + T + 1, D]
      .traced("sequence", "patches, words, and one token for the result")
    let mask = textMask.map { textMask in  // [B, 1, 1, T] → [B, 1, 1, P + T + 1]
      Tensor.concatenated([.zeros([B, 1, 1, P]), textMask, .zeros([B, 1, 1, 1])], axis: 3)
    }
    return norm(block(tokens, mask: mask))
      .sliced(axis: 1, P + T..<P + T + 1)  // [B, P + T + 1, D] → [B, 1, D]
      .traced("fused", "the last token")
  }
}
