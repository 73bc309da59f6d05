import Foundation
import TestSupport

@testable import Tensors

/// Arithmetic and functions of each element.
extension [Primitive] {
  static var elementwise: [Primitive] {
    [
      pair("a + b", { $0 + $1 }, { $0 + $1 }), pair("a − b", { $0 - $1 }, { $0 - $1 }),
      pair("a · b", { $0 * $1 }, { $0 * $1 }), pair("a / b", { $0 / $1 }, { $0 / $1 }),
      one("a + 3", { $0 + 3 }, { $0 + 3 }), one("a − 3", { $0 - 3 }, { $0 - 3 }),
      one("a · 3", { $0 * 3 }, { $0 * 3 }), one("a / 3", { $0 / 3 }, { $0 / 3 }),
      one("3 + a", { 3 + $0 }, { $0 + 3 }), one("3 − a", { 3 - $0 }, { 3 - $0 }),
      one("3 · a", { 3 * $0 }, { $0 * 3 }), one("−a", { -$0 }, { -$0 }),
      one("squared", { $0.squared() }, { $0 * $0 }),
      one("sqrt", in: 0.2...3, { $0.sqrt() }, { $0.squareRoot() }),
      kinked("abs", { $0.abs() }, { abs($0) }),
      kinked("relu", { $0.relu() }, { Swift.max($0, 0) }),
      kinked("clamped", { $0.clamped(to: -0.8...0.8) }, { Swift.min(Swift.max($0, -0.8), 0.8) }),
    ]
  }

  static var activations: [Primitive] {
    [
      one("exp", { $0.exp() }, { exp($0) }),
      one("log", in: 0.2...3, { $0.log() }, { log($0) }),
      one("tanh", { $0.tanh() }, { tanh($0) }),
      one("sigmoid", { $0.sigmoid() }, { 1 / (1 + exp(-$0)) }),
      one("gelu", { $0.gelu() }) {
        0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
      },
      one("geluExact", { $0.geluExact() }, { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) }),
      one("quickGELU", { $0.quickGELU() }, { $0 / (1 + exp(-1.702 * $0)) }),
      one("silu", { $0.silu() }, { $0 / (1 + exp(-$0)) }),
    ]
  }

  /// A function of each element.
  private static func one(
    _ name: String, in range: ClosedRange<Float> = -2...2,
    _ primitive: @escaping @Sendable (Tensor) -> Tensor,
    _ plain: @escaping @Sendable (Double) -> Double
  ) -> Primitive {
    Primitive(name) { random in
      let shape = random.shape()
      return PrimitiveExample(
        [random.tensor(shape, in: range)], shape: shape, { primitive($0[0]) }
      ) { $0[0].map(plain) }
    }
  }

  /// One with kinks at multiples of 0.4, to which no input is near.
  private static func kinked(
    _ name: String, _ primitive: @escaping @Sendable (Tensor) -> Tensor,
    _ plain: @escaping @Sendable (Double) -> Double
  ) -> Primitive {
    Primitive(name) { random in
      let shape = random.shape()
      return PrimitiveExample(
        [random.tensorOffKinks(shape)], shape: shape, { primitive($0[0]) }
      ) { $0[0].map(plain) }
    }
  }

  /// A function of pairs of elements, which broadcasts.
  private static func pair(
    _ name: String, _ primitive: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    _ plain: @escaping @Sendable (Double, Double) -> Double
  ) -> Primitive {
    Primitive(name) { random in
      let shape = random.shape()
      let (left, right) = random.operands(of: shape)
      // The divisor keeps away from 0.
      let inputs = [random.tensor(left), random.tensor(right, in: 0.7...2)]
      return PrimitiveExample(inputs, shape: shape, { primitive($0[0], $0[1]) }) { x in
        (0..<shape.reduce(1, *)).map { flat in
          plain(
            x[0][broadcastOffset(of: flat, in: shape, from: left)],
            x[1][broadcastOffset(of: flat, in: shape, from: right)])
        }
      }
    }
  }
}

extension SeededRandom {
  /// Two shapes that broadcast to `shape`: axes of one of them have length 1 or are missing in front.
  mutating func operands(of shape: [Int]) -> ([Int], [Int]) {
    var sides = [shape, shape]
    for axis in shape.indices {
      let side = integer(below: 4)
      if side < 2 { sides[side][axis] = 1 }
    }
    let dropped = integer(below: shape.count + 1)
    if integer(below: 2) == 0 {
      let side = integer(below: 2)
      // What one side leaves out the other one must state.
      sides[1 - side] = Array(shape[..<dropped]) + sides[1 - side][dropped...]
      sides[side] = Array(sides[side][dropped...])
    }
    return (sides[0], sides[1])
  }
}

/// The element of a tensor of shape `source` that a broadcast to `shape` puts at place `flat`: from the
/// last axis on, as NumPy's rule says.
func broadcastOffset(of flat: Int, in shape: [Int], from source: [Int]) -> Int {
  var (rest, offset, stride) = (flat, 0, 1)
  for axis in shape.indices.reversed() {
    let index = rest % shape[axis]
    rest /= shape[axis]
    let own = axis - (shape.count - source.count)
    guard own >= 0 else { break }
    if source[own] != 1 { offset += index * stride }
    stride *= source[own]
  }
  return offset
}
