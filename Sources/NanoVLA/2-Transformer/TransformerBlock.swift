import Tabletop
import Tensors

/// A transformer block: the tokens talk to each other, then each thinks by itself.
///
/// Both steps only ADD to what is there, so a stack of blocks starts out close to doing nothing and
/// gradients reach the bottom unhindered. Each step first normalizes its input (pre-norm), which
/// lets it train without a warm-up.
///
/// Letters: B sequences, T tokens, D width, F = ratio · D hidden width.
///
/// Reference: Xiong et al., "On Layer Normalization in the Transformer Architecture" (2020), fig. 1b.
public final class TransformerBlock: Module {
  /// What is traced inside a block, for lessons that are about something else.
  public static let insides: Set = [
    "queries", "keys", "values", "scores", "weights", "weighted values", "attention", "hidden",
    "block", "features",
  ]

  public let norm1: any Layer
  public let attention: MultiHeadAttention
  /// A learned size for each number of a step, where a model has it; small ones calm deep stacks.
  public let layerScale1: Tensor?  // [D]
  public let norm2: any Layer
  public let feedForward: any Layer
  public let layerScale2: Tensor?  // [D]

  /// - Parameters:
  ///   - width: D.
  ///   - heads: D must divide by it.
  ///   - ratio: how many times wider the hidden layer is.
  public convenience init(
    width: Int, heads: Int, ratio: Int = 4, using random: inout SeededRandom
  ) {
    self.init(
      norm: { LayerNorm(width: width) },
      attention: MultiHeadAttention(width: width, heads: heads, using: &random),
      feedForward: FeedForward(width: width, hidden: ratio * width, using: &random))
  }

  /// A block of any parts: this is how published models differ from one another.
  /// - Parameters:
  ///   - norm: makes each of the two norms, such as ``LayerNorm`` or ``RMSNorm`` of width D.
  ///   - feedForward: ``FeedForward`` or ``SwiGLU``, [B, T, D] → [B, T, D].
  ///   - layerScale: what each number of both steps is first multiplied by; nil for nothing.
  public init(
    norm: () -> any Layer, attention: MultiHeadAttention, feedForward: any Layer,
    layerScale: (() -> Tensor)? = nil
  ) {
    (norm1, norm2) = (norm(), norm())
    (self.attention, self.feedForward) = (attention, feedForward)
    (layerScale1, layerScale2) = (layerScale?().asParameter(), layerScale?().asParameter())
  }

  /// - Parameters:
  ///   - x: [B, T, D]
  ///   - mask: as ``MultiHeadAttention`` takes it.
  ///   - cache: what this layer remembers of earlier tokens.
  /// - Returns: [B, T, D]
  public func callAsFunction(
    _ x: Tensor, mask: Tensor? = nil, cache: KeyValueCache.Layer? = nil
  ) -> Tensor {
    let heard = attention(norm1(x), mask: mask, cache: cache).output  // [B, T, D] → [B, T, D]
    let met = x + scaled(heard, by: layerScale1)
    let thought = feedForward(norm2(met))  // [B, T, D] → [B, T, D]
    return (met + scaled(thought, by: layerScale2))
      .traced("block", "what came in, plus what was learned from the others")
  }

  private func scaled(_ step: Tensor, by size: Tensor?) -> Tensor { size.map { step * $0 } ?? step }
}
