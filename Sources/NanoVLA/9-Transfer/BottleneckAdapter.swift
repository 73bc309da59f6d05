import Tensors

/// A bottleneck adapter: two small layers after a frozen one, narrow in the middle.
///
/// It trains few weights, as ``LoRA`` does. Because of the nonlinearity it can express more than a
/// change of the layer's weights, but it cannot be merged into them. `up` starts at 0, so the
/// adapted model starts as the pre-trained one.
///
///     y' = y + W_up GELU(W_down y)
///
/// - Letters: O outputs of the layer, M width of the bottleneck.
/// - Reference: Houlsby et al., "Parameter-Efficient Transfer Learning for NLP" (2019), §2.1: one
///   adapter after attention's output layer and one after the feed-forward layer, before each
///   residual addition. Left out: training the layer norms as well.
public final class BottleneckAdapter: Adaptation {
  public let down: Linear  // O → M
  public let up: Linear  // M → O

  /// An adapter of `width` = M for `layer`, of which only the size is read.
  public init(for layer: Linear, width: Int, using random: inout SeededRandom) {
    let outputs = layer.weight.dim(0)
    down = Linear(inputs: outputs, outputs: width, using: &random)
    up = Linear(inputs: width, outputs: outputs, using: &random)
    up.weight.values = Array(repeating: 0, count: outputs * width)
  }

  public func callAsFunction(_ y: Tensor, from x: Tensor) -> Tensor {
    let narrow = down(y).gelu()  // [..., O] → [..., M]
    return y + up(narrow)  // [..., M] → [..., O]
  }

  /// The layers just before a residual addition, in blocks with ``FeedForward`` and with SwiGLU.
  public static let targets = ["output", "feedForward.contract", "feedForward.down"]
}
