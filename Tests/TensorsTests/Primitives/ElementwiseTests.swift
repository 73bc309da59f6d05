import TestSupport
import Testing

@testable import Tensors

@Suite("Elementwise arithmetic") struct ElementwiseTests {
  static let pairs: [[[Int]]] = [
    [[3, 5], [3, 5]], [[1], [1]], [[17], [17]], [[3, 5], [5]], [[5], [3, 5]], [[3, 5], [3, 1]],
    [[3, 1], [1, 5]], [[2, 3, 5], [3, 5]], [[2, 3, 5], [3, 1]], [[2, 1, 5], [1, 3, 1]],
    [[], [3, 5]],
    [[3, 5], []], [[], []], [[1, 5], [3, 5]], [[3, 5], [1, 5]], [[3], [2, 1, 3]],
  ]

  /// The broadcasting rule of NumPy, evaluated for each element from the last axis on.
  static func broadcast(
    _ a: Tensor, _ b: Tensor, _ operation: (Double, Double) -> Double
  ) -> (shape: [Int], values: [Double]) {
    let axes = max(a.shape.count, b.shape.count)
    let left = Array(repeating: 1, count: axes - a.shape.count) + a.shape
    let right = Array(repeating: 1, count: axes - b.shape.count) + b.shape
    let shape = zip(left, right).map { max($0, $1) }
    let values = (0..<shape.reduce(1, *)).map { flat -> Double in
      var (rest, index) = (flat, [Int](repeating: 0, count: axes))
      for axis in (0..<axes).reversed() {
        index[axis] = rest % shape[axis]
        rest /= shape[axis]
      }
      func value(_ tensor: Tensor, _ padded: [Int]) -> Double {
        var offset = 0
        for axis in 0..<axes {
          offset = offset * padded[axis] + (padded[axis] == 1 ? 0 : index[axis])
        }
        return Double(tensor.values[offset])
      }
      return operation(value(a, left), value(b, right))
    }
    return (shape, values)
  }

  func operands(_ shapes: [[Int]]) -> (Tensor, Tensor) {
    var random = SeededRandom(seed: 5)
    return (
      .uniform(shapes[0], in: -1...1, using: &random),
      .uniform(shapes[1], in: 0.7...2, using: &random)
    )
  }

  @Test("Two tensors broadcast as in NumPy", arguments: pairs)
  func values(shapes: [[Int]]) {
    let (a, b) = operands(shapes)
    let cases: [(Tensor, (Double, Double) -> Double)] = [
      (a + b, { $0 + $1 }), (a - b, { $0 - $1 }), (a * b, { $0 * $1 }), (a / b, { $0 / $1 }),
    ]
    for (found, operation) in cases {
      let expected = Self.broadcast(a, b, operation)
      #expect(found.shape == expected.shape)
      #expect(maximumError(found.values, expected.values) < 2e-7)
    }
  }

  @Test(
    "Gradients of + − · / equal finite differences, summed over broadcast axes", arguments: pairs)
  func gradients(shapes: [[Int]]) {
    let (a, b) = operands(shapes)
    expectGradients([a, b]) { $0[0] + $0[1] }
    expectGradients([a, b]) { $0[0] - $0[1] }
    expectGradients([a, b]) { $0[0] * $0[1] }
    expectGradients([a, b]) { $0[0] / $0[1] }
  }

  @Test("A number can be the left or the right operand", arguments: [1, 3, 17, 65])
  func numbers(count: Int) {
    let x = uniform(count)
    let wide = x.values.map { Double($0) }
    #expect(maximumError((x + 2).values, wide.map { $0 + 2 }) < 1e-6)
    #expect(maximumError((2 + x).values, wide.map { $0 + 2 }) < 1e-6)
    #expect(maximumError((x - 2).values, wide.map { $0 - 2 }) < 1e-6)
    #expect(maximumError((2 - x).values, wide.map { 2 - $0 }) < 1e-6)
    #expect(maximumError((x * 3).values, wide.map { $0 * 3 }) < 1e-6)
    #expect(maximumError((3 * x).values, wide.map { $0 * 3 }) < 1e-6)
    #expect(maximumError((x / 3).values, wide.map { $0 / 3 }) < 1e-6)
    #expect(maximumError((-x).values, wide.map { -$0 }) < 1e-6)
    expectGradients([x]) { (2 - $0[0] * 3) / 4 - 1 + (0.5 + 2 * -$0[0]) }
  }

  @Test(
    "Square, root, absolute value and ReLU equal a plain loop", arguments: [1, 3, 17, 65])
  func functions(count: Int) {
    let x = uniform(count, in: -2...2)
    let wide = x.values.map { Double($0) }
    #expect(maximumError(x.squared().values, wide.map { $0 * $0 }) < 1e-6)
    #expect(maximumError(x.abs().values, wide.map { abs($0) }) == 0)
    #expect(maximumError(x.relu().values, wide.map { max($0, 0) }) == 0)
    #expect(maximumError(x.squared().sqrt().values, wide.map { abs($0) }) < 1e-6)
  }

  @Test("Gradients of square, root, absolute value and ReLU equal finite differences")
  func functionGradients() {
    // Away from 0, where the last two have a kink.
    let positive = uniform(3, 5, in: 0.5...2)
    let negative = uniform(3, 5, in: -2 ... -0.5, seed: 2)
    expectGradients([positive, negative]) { ($0[0] * $0[1]).squared() }
    expectGradients([positive]) { $0[0].sqrt() }
    expectGradients([positive, negative]) { $0[0].abs() + $0[1].abs() }
    expectGradients([positive, negative]) { $0[0].relu() + $0[1].relu() }
  }

  @Test("The absolute value and ReLU have gradient 0 at x = 0") func kinks() {
    let x = Tensor([0], shape: [1]).asParameter()
    (x.abs() + x.relu()).sum().backward()
    #expect(x.gradient?.values == [0])
  }

  @Test("Clamping limits the elements, and an element outside the range gets no gradient")
  func clamped() {
    let x = Tensor([-2, -1, 0.5, 1, 3], shape: [5]).asParameter()
    let y = x.clamped(to: -1...1)
    #expect(y.values == [-1, -1, 0.5, 1, 1])
    y.sum().backward()
    #expect(x.gradient?.values == [0, 1, 1, 1, 0])
  }
}
