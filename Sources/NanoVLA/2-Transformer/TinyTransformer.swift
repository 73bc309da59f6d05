import Tensors

/// A tiny transformer encoder: a stack of blocks and a final normalization.
///
/// The same stack encodes the patches of an image and the words of a sentence. Each token comes out
/// at the position where it went in, with information from all others.
///
/// - Letters: B sequences, T tokens, D width.
/// - Reference: Vaswani et al., "Attention Is All You Need" (2017), §3.1, the encoder.
public final class TinyTransformer: Module {
  public let blocks: [TransformerBlock]
  public let norm: LayerNorm

  /// `depth` blocks of tokens of `width` = D numbers, a multiple of the attention `heads`; `ratio`
  /// is the MLP's hidden width as a multiple of D.
  public init(
    width: Int, depth: Int, heads: Int, ratio: Int = 4, using random: inout SeededRandom
  ) {
    var blocks: [TransformerBlock] = []
    for _ in 0..<depth {
      blocks.append(TransformerBlock(width: width, heads: heads, ratio: ratio, using: &random))
    }
    self.blocks = blocks
    norm = LayerNorm(width: width)
  }

  /// Tokens with their positions already added: [B, T, D] → [B, T, D], with an ``AttentionMask``.
  public func callAsFunction(_ tokens: Tensor, mask: Tensor? = nil) -> Tensor {
    var x = tokens
    for block in blocks { x = block(x, mask: mask) }  // [B, T, D] → [B, T, D]
    return norm(x).traced("features", "each token, informed by the others")
  }
}
