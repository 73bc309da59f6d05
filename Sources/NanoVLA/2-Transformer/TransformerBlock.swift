import Tensors

/// A transformer block: attention between the tokens, then an MLP on each token.
///
/// Both steps add their output to the residual stream, so a stack of blocks starts out close to the
/// identity and gradients reach the lowest block undiminished. Each step normalizes its input first
/// (pre-norm), which lets deep stacks train without a long warm-up.
///
///     x ← x + attention(norm₁(x)),   x ← x + mlp(norm₂(x))
///
/// - Letters: B sequences, T tokens, D width, F = ratio · D the MLP's hidden width.
/// - Reference: Xiong et al., "On Layer Normalization in the Transformer Architecture" (2020), fig.
///   1b. Left out: dropout.
public final class TransformerBlock: Module {
  /// The names traced inside a block, for lessons whose subject is something else.
  public static let insides: Set = [
    "queries", "keys", "values", "scores", "weights", "weighted values", "attention", "hidden",
    "block", "features",
  ]

  public let norm1: LayerNorm
  public let attention: MultiHeadAttention
  public let norm2: LayerNorm
  public let feedForward: FeedForward

  /// A block of tokens of `width` = D numbers, a multiple of the attention `heads`; `ratio` is F/D.
  public init(width: Int, heads: Int, ratio: Int = 4, using random: inout SeededRandom) {
    norm1 = LayerNorm(width: width)
    attention = MultiHeadAttention(width: width, heads: heads, using: &random)
    norm2 = LayerNorm(width: width)
    feedForward = FeedForward(width: width, hidden: ratio * width, using: &random)
  }

  /// [B, T, D] → [B, T, D], with an ``AttentionMask``.
  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil) -> Tensor {
    let residual = x + attention(norm1(x), mask: mask).output  // [B, T, D] → [B, T, D]
    return (residual + feedForward(norm2(residual)))  // [B, T, D] → [B, T, D]
      .traced("block", "input + attention output + MLP output")
  }
}

/// The feed-forward layer (MLP) of a block: two linear layers with a GELU between them.
///
/// Attention mixes values linearly. The MLP is the nonlinear step; it treats each token alone.
///
///     y = W₂ GELU(W₁ x + b₁) + b₂
///
/// - Reference: Vaswani et al., "Attention Is All You Need" (2017), §3.3; GELU instead of
///   ReLU: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016).
public final class FeedForward: Module {
  public let expand: Linear  // D → F
  public let contract: Linear  // F → D

  /// A layer of widths `width` = D and `hidden` = F.
  public init(width: Int, hidden: Int, using random: inout SeededRandom) {
    expand = Linear(inputs: width, outputs: hidden, using: &random)
    contract = Linear(inputs: hidden, outputs: width, using: &random)
  }

  /// [B, T, D] → [B, T, D]
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let hidden = expand(x).gelu()  // [B, T, D] → [B, T, F]
      .traced("hidden", "each token alone: wider, then GELU")
    return contract(hidden)  // [B, T, F] → [B, T, D]
  }
}
