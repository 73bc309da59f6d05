import Tensors

/// A transformer block with a second attention, over another sequence: the decoder's block.
///
/// The tokens first talk among themselves, then look at the context, then each thinks by itself.
///
/// Letters: B sequences, T tokens, C context tokens, D width, R sequences that share a context.
///
/// Reference: Vaswani et al., "Attention Is All You Need" (2017), section 3.1, the decoder; without
/// its causal mask.
public final class CrossAttentionBlock: Module {
  public let norm1: LayerNorm
  public let selfAttention: MultiHeadAttention
  public let norm2: LayerNorm
  public let crossAttention: MultiHeadAttention
  public let norm3: LayerNorm
  public let feedForward: FeedForward

  public init(width: Int, heads: Int, ratio: Int = 4, using random: inout SeededRandom) {
    norm1 = LayerNorm(width: width)
    selfAttention = MultiHeadAttention(width: width, heads: heads, using: &random)
    norm2 = LayerNorm(width: width)
    crossAttention = MultiHeadAttention(width: width, heads: heads, using: &random)
    norm3 = LayerNorm(width: width)
    feedForward = FeedForward(width: width, hidden: ratio * width, using: &random)
  }

  /// - Parameters:
  ///   - x: [B·R, T, D]
  ///   - context: [B, C, D]: R sequences in a row look at the same context.
  ///   - mask: for the look at the context, as ``MultiHeadAttention`` takes it.
  /// - Returns: the tokens [B·R, T, D], and the look: its weights are [B, H, R·T, C].
  public func callAsFunction(
    _ x: Tensor, context: Tensor, mask: Tensor? = nil
  ) -> (tokens: Tensor, look: MultiHeadAttention.Result) {
    guard context.dim(0) > 0, x.dim(0) % context.dim(0) == 0 else {
      fatalError("cross-attention: tokens \(x.shape) do not share contexts \(context.shape)")
    }
    let met = x + selfAttention(norm1(x)).output  // [B·R, T, D] → [B·R, T, D]
    let asking = norm2(met).reshaped([context.dim(0), -1, x.dim(2)])  // [B·R, T, D] → [B, R·T, D]
    let look = crossAttention(asking, context: context, mask: mask)  // over [B, C, D] → [B, R·T, D]
    let seen = met + look.output.reshaped(x.shape)  // [B, R·T, D] → [B·R, T, D]
    return (seen + feedForward(norm3(seen)), look)
  }
}
