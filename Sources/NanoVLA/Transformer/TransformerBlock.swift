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

  public let norm1: LayerNorm
  public let attention: MultiHeadAttention
  public let norm2: LayerNorm
  public let feedForward: FeedForward

  /// - Parameters:
  ///   - width: D.
  ///   - heads: D must divide by it.
  ///   - ratio: how many times wider the hidden layer is.
  public init(width: Int, heads: Int, ratio: Int = 4, using random: inout SeededRandom) {
    norm1 = LayerNorm(width: width)
    attention = MultiHeadAttention(width: width, heads: heads, using: &random)
    norm2 = LayerNorm(width: width)
    feedForward = FeedForward(width: width, hidden: ratio * width, using: &random)
  }

  /// - Parameters:
  ///   - x: [B, T, D]
  ///   - mask: as ``MultiHeadAttention`` takes it.
  /// - Returns: [B, T, D]
  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil) -> Tensor {
    let met = x + attention(norm1(x), mask: mask).output  // [B, T, D] → [B, T, D]
    return (met + feedForward(norm2(met)))  // [B, T, D] → [B, T, D]
      .traced("block", "what came in, plus what was learned from the others")
  }
}
