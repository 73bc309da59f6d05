// The layers that hold parameters and do nothing else.

/// A module that maps each row by itself: [..., D] → [..., E].
public protocol Layer: Module {
  func callAsFunction(_ x: Tensor) -> Tensor
}

/// y = x Wᵀ + b: [..., I] → [..., O].
public final class Linear: Layer {
  public let weight: Tensor  // [O, I]
  public let bias: Tensor?  // [O]
  /// A small trainable part that bends what the layer says; see ``Adaptation``.
  public var adaptation: (any Adaptation)?

  /// Weights start uniform in ±1/√I, biases at 0.
  public init(inputs: Int, outputs: Int, bias: Bool = true, using random: inout SeededRandom) {
    let bound = 1 / Float(inputs).squareRoot()
    weight = Tensor.uniform([outputs, inputs], in: -bound...bound, using: &random).asParameter()
    self.bias = bias ? Tensor.zeros([outputs]).asParameter() : nil
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let y = x.linear(weight: weight, bias: bias)  // [..., I] → [..., O]
    return adaptation?(y, from: x) ?? y
  }
}

/// What transfer learning adds to a linear layer whose own weights stay as they are.
///
/// Its parameters join the layer's under `adaptation`: `query.weight`, `query.adaptation.loraA`.
public protocol Adaptation: Module {
  /// - Parameters:
  ///   - y: what the layer made, [..., O].
  ///   - x: what it made it of, [..., I].
  /// - Returns: [..., O]
  func callAsFunction(_ y: Tensor, from x: Tensor) -> Tensor
}

/// Each row shifted and scaled to mean 0 and variance 1, then by a learned gain and bias.
public final class LayerNorm: Layer {
  public let weight: Tensor  // [D]
  public let bias: Tensor  // [D]
  public let epsilon: Float

  public init(width: Int, epsilon: Float = 1e-5) {
    weight = Tensor.full([width], 1).asParameter()
    bias = Tensor.zeros([width]).asParameter()
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.layerNormalized(gain: weight, bias: bias, epsilon: epsilon)  // [..., D]
  }
}

/// Each row scaled to a root mean square of 1, then by a learned gain: a norm without a shift.
///
/// Source: Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019), section 3.
public final class RMSNorm: Layer {
  public let weight: Tensor  // [D]
  public let epsilon: Float

  public init(width: Int, epsilon: Float = 1e-5) {
    weight = Tensor.full([width], 1).asParameter()
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.rmsNormalized(gain: weight, epsilon: epsilon)  // [..., D]
  }
}

/// A table with one learned row for each of `count` symbols.
public final class Embedding: Module {
  public let weight: Tensor  // [V, D]

  public init(count: Int, width: Int, scale: Float = 0.02, using random: inout SeededRandom) {
    weight = Tensor.normal([count, width], scale: scale, using: &random).asParameter()
  }

  public func callAsFunction(_ ids: [Int]) -> Tensor {
    weight.rows(at: ids)  // N numbers → [N, D]
  }
}
