import TestSupport
import Testing

@testable import Tensors

/// A primitive, and how to draw inputs for it.
struct Primitive: Sendable, CustomTestStringConvertible {
  let name: String
  let example: @Sendable (inout SeededRandom) -> PrimitiveExample

  init(_ name: String, _ example: @escaping @Sendable (inout SeededRandom) -> PrimitiveExample) {
    (self.name, self.example) = (name, example)
  }

  func example(using random: inout SeededRandom) -> PrimitiveExample { example(&random) }

  var testDescription: String { name }
}

/// A primitive with inputs, and the same function as plain loops.
struct PrimitiveExample {
  let inputs: [Tensor]
  /// The expected shape.
  let shape: [Int]
  let primitive: ([Tensor]) -> Tensor
  let plain: ([[Double]]) -> [Double]
  var isDifferentiable = true

  init(
    _ inputs: [Tensor], shape: [Int], _ primitive: @escaping ([Tensor]) -> Tensor,
    plain: @escaping ([[Double]]) -> [Double]
  ) {
    (self.inputs, self.shape, self.primitive, self.plain) = (inputs, shape, primitive, plain)
  }

  var shapes: String { inputs.map { "\($0.shape)" }.joined(separator: " and ") + " → \(shape)" }

  /// The first difference from the plain loops; nil if there is none.
  func problem(using random: inout SeededRandom) -> String? {
    let leaves = inputs.map { Tensor($0.values, shape: $0.shape).asParameter() }
    let output = primitive(leaves)
    guard output.shape == shape else { return "shape \(output.shape)" }
    let x = inputs.map { $0.values.map { Double($0) } }
    let error = maximumError(output.values, plain(x))
    guard error < 1e-5 else { return "values differ by \(error)" }
    guard isDifferentiable else { return nil }
    let weights = random.tensor(shape, in: -1...1)
    (output * weights).sum().backward()
    let w = weights.values.map { Double($0) }
    func loss(_ x: [[Double]]) -> Double { zip(plain(x), w).reduce(0) { $0 + $1.0 * $1.1 } }
    for (i, leaf) in leaves.enumerated() where leaf.count > 0 {
      guard let gradient = leaf.gradient, gradient.shape == leaf.shape else {
        return "gradient of input \(i) has another shape"
      }
      let v = random.tensor(leaf.shape, in: -1...1).values.map { Double($0) }
      func moved(_ h: Double) -> [[Double]] {
        var x = x
        x[i] = zip(x[i], v).map { $0 + h * $1 }
        return x
      }
      let h = 0x1p-13
      let expected = (loss(moved(h)) - loss(moved(-h))) / (2 * h)
      let terms = zip(gradient.values, v).map { Double($0) * $1 }
      let difference = abs(terms.reduce(0, +) - expected)
      let scale = max(1, terms.reduce(0) { $0 + abs($1) })
      guard difference < 3e-5 * scale else {
        return "gradient of input \(i) differs by \(difference) of \(scale)"
      }
    }
    return nil
  }
}

extension SeededRandom {
  /// The length of an axis: mostly short, sometimes longer than a vector of the processor, rarely 0.
  mutating func axis(allowsEmpty: Bool = true) -> Int {
    switch integer(below: 24) {
    case 0: allowsEmpty ? 0 : 1
    case 1...3: 7 + integer(below: 28)
    default: 1 + integer(below: 5)
    }
  }

  /// A shape of at most 96 elements.
  mutating func shape(axes: ClosedRange<Int> = 0...4, allowsEmpty: Bool = true) -> [Int] {
    let count = axes.lowerBound + integer(below: axes.count)
    var shape = (0..<count).map { _ in axis(allowsEmpty: allowsEmpty) }
    while shape.reduce(1, *) > 96, let largest = shape.indices.max(by: { shape[$0] < shape[$1] }) {
      shape[largest] = (shape[largest] + 1) / 2
    }
    return shape
  }

  mutating func tensor(_ shape: [Int], in range: ClosedRange<Float> = -2...2) -> Tensor {
    .uniform(shape, in: range, using: &self)
  }

  /// Numbers at least 0.1 away from each multiple of 0.4, where a function may have a kink.
  mutating func tensorOffKinks(_ shape: [Int]) -> Tensor {
    let values = (0..<shape.reduce(1, *)).map { _ in
      Float(integer(below: 12) - 6) * 0.4 + uniform(in: 0.1...0.3)
    }
    return Tensor(values, shape: shape)
  }
}
