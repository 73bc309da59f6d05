/// A module that maps each row of the last axis to another row: [..., D] → [..., E].
public protocol Layer: Module {
  /// - Parameter x: [..., D]
  /// - Returns: [..., E]
  func callAsFunction(_ x: Tensor) -> Tensor
}

/// A linear layer, also called fully connected: y = x Wᵀ + b, [..., I] → [..., O].
///
/// - Letters: I inputs, O outputs.
public final class Linear: Layer {
  /// W, [O, I].
  public let weight: Tensor
  /// b, [O]; nil for a layer without bias.
  public let bias: Tensor?
  /// A small trainable module that changes this layer's output, such as a low-rank update (LoRA);
  /// nil for none. See ``Adaptation``.
  public var adaptation: (any Adaptation)?

  /// Weights are drawn uniformly from ±1/√I, as in PyTorch's `nn.Linear`, so that the variance of y
  /// does not grow with I; biases are 0.
  public init(inputs: Int, outputs: Int, bias: Bool = true, using random: inout SeededRandom) {
    let bound = 1 / Float(inputs).squareRoot()
    weight = Tensor.uniform([outputs, inputs], in: -bound...bound, using: &random).asParameter()
    self.bias = bias ? Tensor.zeros([outputs]).asParameter() : nil
  }

  /// A layer with small initialization: weights `scale` times those of
  /// ``init(inputs:outputs:bias:using:)``.
  ///
  /// As the last layer of a network it gives outputs near 0 at first: a classifier then starts with
  /// nearly uniform probabilities, whose expected loss is ln(classes).
  /// - Parameter scale: the factor on the weights; choose it smaller for larger inputs.
  public static func smallInitialization(
    inputs: Int, outputs: Int, scale: Float = 0.1, using random: inout SeededRandom
  ) -> Linear {
    let layer = Linear(inputs: inputs, outputs: outputs, using: &random)
    layer.weight.adopt(.computed(layer.weight.shape) { layer.weight.values.map { scale * $0 } })
    return layer
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let y = x.linear(weight: weight, bias: bias)  // [..., I] → [..., O]
    return adaptation?(y, from: x) ?? y
  }
}

/// What transfer learning adds to a linear layer whose own weights stay as they are.
///
/// Its parameters join the layer's under the name `adaptation`: `query.weight`,
/// `query.adaptation.loraA`.
public protocol Adaptation: Module {
  /// - Parameters:
  ///   - y: the layer's output, [..., O].
  ///   - x: the layer's input, [..., I].
  /// - Returns: the new output, [..., O].
  func callAsFunction(_ y: Tensor, from x: Tensor) -> Tensor
}
