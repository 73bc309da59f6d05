import Foundation
import TestSupport

@testable import Tensors

/// Functions of the rows of the last axis.
extension [Primitive] {
  static var rows: [Primitive] {
    [
      row("softmax", { $0.softmax() }) { x in
        let sum = x.reduce(0) { $0 + exp($1) }
        return x.map { exp($0) / sum }
      },
      row("logSoftmax", { $0.logSoftmax() }) { x in
        let sum = x.reduce(0) { $0 + exp($1) }
        return x.map { $0 - log(sum) }
      },
      Primitive("argmax") { random in
        let (shape, columns) = random.matrix()
        var example = PrimitiveExample(
          [random.tensor(shape + [columns])], shape: [shape.reduce(1, *)],
          { x in
            let found = x[0].argmax().map { Float($0) }
            return Tensor(found, shape: [found.count])
          }
        ) { x in matrixRows(x[0], columns).map { Double($0.firstIndex(of: $0.max()!)!) } }
        example.isDifferentiable = false
        return example
      },
      Primitive("layerNormalized") { random in
        let (shape, columns) = random.matrix()
        let inputs = [
          random.tensor(shape + [columns]), random.tensor([columns]), random.tensor([columns]),
        ]
        return PrimitiveExample(
          inputs, shape: shape + [columns],
          { $0[0].layerNormalized(gain: $0[1], bias: $0[2], epsilon: 0.03125) }
        ) { x in
          matrixRows(x[0], columns).flatMap { row -> [Double] in
            let mean = row.reduce(0, +) / Double(columns)
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
            return row.indices.map {
              (row[$0] - mean) / (variance + 0.03125).squareRoot() * x[1][$0] + x[2][$0]
            }
          }
        }
      },
      Primitive("rmsNormalized") { random in
        let (shape, columns) = random.matrix()
        let inputs = [random.tensor(shape + [columns]), random.tensor([columns])]
        return PrimitiveExample(
          inputs, shape: shape + [columns], { $0[0].rmsNormalized(gain: $0[1], epsilon: 0.03125) }
        ) { x in
          matrixRows(x[0], columns).flatMap { row -> [Double] in
            let square = row.reduce(0) { $0 + $1 * $1 } / Double(columns)
            return row.indices.map { row[$0] / (square + 0.03125).squareRoot() * x[1][$0] }
          }
        }
      },
    ]
  }

  private static func row(
    _ name: String, _ primitive: @escaping @Sendable (Tensor) -> Tensor,
    _ plain: @escaping @Sendable ([Double]) -> [Double]
  ) -> Primitive {
    Primitive(name) { random in
      let (shape, columns) = random.matrix()
      return PrimitiveExample(
        [random.tensor(shape + [columns])], shape: shape + [columns], { primitive($0[0]) }
      ) { matrixRows($0[0], columns).flatMap(plain) }
    }
  }
}

extension SeededRandom {
  /// Leading axes and a number of columns.
  mutating func matrix() -> (shape: [Int], columns: Int) {
    (shape(axes: 0...2).map { Swift.min($0, 6) }, axis(allowsEmpty: false))
  }
}

func matrixRows(_ x: [Double], _ columns: Int) -> [[Double]] {
  stride(from: 0, to: x.count, by: columns).map { Array(x[$0..<$0 + columns]) }
}
