import Tensors

/// A tiny transformer: blocks on blocks, and a last normalization.
///
/// The same stack reads patches of an image or words of a sentence; only what it is fed differs.
/// Every token comes out at the place where it went in, now knowing about all the others.
///
/// Letters: B sequences, T tokens, D width.
///
/// Reference: Vaswani et al., "Attention Is All You Need" (2017), section 3.1, the encoder.
public final class TinyTransformer: Module {
  public let blocks: [TransformerBlock]
  public let norm: LayerNorm

  /// - Parameters:
  ///   - width: D.
  ///   - depth: the number of blocks.
  ///   - heads: attention heads a block.
  ///   - ratio: how many times wider than D each hidden layer is.
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

  /// - Parameters:
  ///   - tokens: with their positions already added, [B, T, D].
  ///   - mask: as ``MultiHeadAttention`` takes it.
  /// - Returns: [B, T, D]
  public func callAsFunction(_ tokens: Tensor, mask: Tensor? = nil) -> Tensor {
    let read = blocks(tokens, mask: mask)  // [B, T, D] → [B, T, D]
    return norm(read).traced("features", "every token knows about the others")
  }
}

/// Blocks on blocks: what every transformer here does between its embedding and its last norm.
extension [TransformerBlock] {
  /// - Parameters:
  ///   - x: [B, T, D]
  ///   - mask: as ``MultiHeadAttention`` takes it.
  ///   - cache: one layer for each block.
  ///   - seen: called with what each block made, [B, T, D], in order.
  /// - Returns: [B, T, D], what the last block made.
  public func callAsFunction(
    _ x: Tensor, mask: Tensor? = nil, cache: KeyValueCache? = nil, seen: (Tensor) -> Void = { _ in }
  ) -> Tensor {
    var x = x
    for (index, block) in enumerated() {
      x = block(x, mask: mask, cache: cache?.layers[index])  // [B, T, D] → [B, T, D]
      seen(x)
    }
    return x
  }
}
