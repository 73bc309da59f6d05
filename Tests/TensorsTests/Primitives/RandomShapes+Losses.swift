import Foundation
import TestSupport

@testable import Tensors

/// Losses.
extension [Primitive] {
  static var losses: [Primitive] {
    [
      Primitive("crossEntropy") { random in
        let (count, classes) = (1 + random.integer(below: 6), random.axis(allowsEmpty: false))
        let targets = (0..<count).map { _ in random.integer(below: classes) }
        let weights = (0..<count).map { _ in random.uniform(in: 0.1...2) }
        let isWeighted = random.integer(below: 2) == 0
        return PrimitiveExample(
          [random.tensor([count, classes])], shape: [],
          { crossEntropy($0[0], targets: targets, weights: isWeighted ? weights : nil) }
        ) { x in
          var (sum, total) = (0.0, 0.0)
          for (i, row) in matrixRows(x[0], classes).enumerated() {
            let weight = isWeighted ? Double(weights[i]) : 1
            sum += weight * (log(row.reduce(0) { $0 + exp($1) }) - row[targets[i]])
            total += weight
          }
          return [sum / total]
        }
      },
      Primitive("binaryCrossEntropy") { random in
        let shape = random.shape(allowsEmpty: false)
        let targets = random.tensor(shape, in: 0...1)
        return PrimitiveExample(
          [random.tensor(shape)], shape: [], { binaryCrossEntropy($0[0], targets: targets) }
        ) { x in
          let losses = zip(x[0], targets.values).map { x, t in log(1 + exp(x)) - x * Double(t) }
          return [losses.reduce(0, +) / Double(losses.count)]
        }
      },
      Primitive("smoothL1") { random in
        let shape = random.shape(allowsEmpty: false)
        let target = random.tensor(shape)
        // The errors keep away from ±0.8, where the parabola becomes a line.
        let prediction = withoutGradient { target + random.tensorOffKinks(shape) }
        return PrimitiveExample(
          [prediction], shape: [], { smoothL1($0[0], target, width: 0.8) }
        ) { x in
          let losses = zip(x[0], target.values).map { prediction, target -> Double in
            let e = abs(prediction - Double(target))
            return e < 0.8 ? e * e / 1.6 : e - 0.4
          }
          return [losses.reduce(0, +) / Double(losses.count)]
        }
      },
    ]
  }
}
