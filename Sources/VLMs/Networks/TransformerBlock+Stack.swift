import NanoVLA
import Tensors

extension TransformerBlock {
  /// `depth` blocks with the parts of the first transformers: layer norms, heads that share nothing,
  /// two layers to think. GPT-2, OPT and the towers are stacks of these.
  static func stack(
    depth: Int, width: Int, heads: Int, hidden: Int, activation: Activation,
    epsilon: Float = 1e-5, layerScale: (() -> Tensor)? = nil, using random: inout SeededRandom
  ) -> [TransformerBlock] {
    var blocks: [TransformerBlock] = []
    for _ in 0..<depth {
      blocks.append(
        TransformerBlock(
          norm: { LayerNorm(width: width, epsilon: epsilon) },
          attention: MultiHeadAttention(width: width, heads: heads, using: &random),
          feedForward: FeedForward(
            width: width, hidden: hidden, activation: activation, using: &random),
          layerScale: layerScale))
    }
    return blocks
  }
}
