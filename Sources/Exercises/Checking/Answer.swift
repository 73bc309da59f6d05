import Tensors

/// Numbers with a name and a shape that a function has computed, or should have.
public struct Answer: Equatable {
  /// What messages call it: "the output".
  public let name: String
  /// [] for a single number.
  public let shape: [Int]
  /// In row-major order.
  public let numbers: [Double]

  /// Numbers of any shape.
  public init(_ name: String, _ numbers: [Double], shape: [Int]) {
    (self.name, self.numbers, self.shape) = (name, numbers, shape)
  }

  /// A tensor.
  public init(_ name: String, _ tensor: Tensor) {
    self.init(name, tensor.values.map(Double.init), shape: tensor.shape)
  }

  /// A list of numbers.
  public init(_ name: String, _ numbers: [Float]) {
    self.init(name, numbers.map(Double.init), shape: [numbers.count])
  }

  /// The gradient of `parameter`; zeros if no backward pass reached it.
  public init(gradientOf parameter: Tensor, _ name: String) {
    self.init(name, parameter.gradient ?? .zeros(parameter.shape))
  }
}

extension SeededRandom {
  /// `count` draws from the normal distribution.
  mutating func normals(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in scale * normal() }
  }
}
