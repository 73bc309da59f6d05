import Tensors

/// A bottleneck adapter: two small layers after a large one, with a narrow place between them.
///
///     y' = y + W_up GELU(W_down y)
///
/// Unlike ``LoRA`` it is not linear, so it can say "more of this, but only if that", and cannot be
/// merged. `up` starts at 0: at first, nothing has changed.
///
/// Letters: O outputs of the layer, M the bottleneck's width.
///
/// Reference: Houlsby et al., "Parameter-Efficient Transfer Learning for NLP" (2019), section 2.1:
/// one after attention's last layer and one after the feed-forward's, before each is added to the
/// tokens. Left out: training the layer norms along with them.
public final class BottleneckAdapter: Adaptation {
  public let down: Linear  // O → M
  public let up: Linear  // M → O
  public let activation = Activation.geluTanh

  /// - Parameters:
  ///   - layer: of which the size is taken; it is not changed.
  ///   - width: M.
  public init(for layer: Linear, width: Int, using random: inout SeededRandom) {
    let outputs = layer.weight.dim(0)
    down = Linear(inputs: outputs, outputs: width, using: &random)
    up = Linear(inputs: width, outputs: outputs, using: &random)
    up.weight.values = Array(repeating: 0, count: outputs * width)
  }

  public func callAsFunction(_ y: Tensor, from x: Tensor) -> Tensor {
    let narrow = activation(down(y))  // [..., O] → [..., M]
    return y + up(narrow)  // [..., M] → [..., O]
  }

  /// The layers whose output is added to the tokens, as blocks with ``FeedForward`` and with
  /// ``SwiGLU`` name them.
  public static let targets = ["output", "feedForward.contract", "feedForward.down"]
}
