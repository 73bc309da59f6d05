import Testing

@testable import Tensors

/// Compares the gradient of Σ w · f(inputs), for fixed random weights w, with its differences.
///
/// The slope at each element is taken from five points, (8 Δ(h) − Δ(2h)) / 12h with
/// Δ(h) = f(x + h) − f(x − h), which is exact up to h⁴; outputs are summed in Double. What is left
/// is the rounding of the Float32 outputs, about 1e-5 of the largest slope.
func expectGradients(
  _ inputs: [Tensor], tolerance: Double = 4e-4, step: Float = 0x1p-5,
  sourceLocation: SourceLocation = #_sourceLocation, of function: ([Tensor]) -> Tensor
) {
  let leaves = inputs.map { Tensor($0.values, shape: $0.shape).asParameter() }
  var random = SeededRandom(seed: 99)
  let output = function(leaves)
  let weights = Tensor.uniform(output.shape, in: -1...1, using: &random)
  (output * weights).sum().backward()
  func loss() -> Double {
    withoutGradient {
      zip(function(leaves).values, weights.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
  }
  for (number, leaf) in leaves.enumerated() {
    let found = leaf.gradient?.values ?? []
    #expect(found.count == leaf.count, "input \(number)", sourceLocation: sourceLocation)
    guard found.count == leaf.count else { continue }
    var values = leaf.values
    let expected = values.indices.map { i -> Double in
      let x = values[i]
      func difference(_ h: Float) -> Double {
        var ends: [Double] = []
        for place in [x + h, x - h] {
          values[i] = place
          leaf.values = values
          ends.append(loss())
        }
        values[i] = x
        leaf.values = values
        return ends[0] - ends[1]
      }
      return (8 * difference(step) - difference(2 * step)) / Double(12 * step)
    }
    let scale = max(1, expected.map { abs($0) }.max() ?? 1)
    let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(worst <= tolerance * scale, "input \(number)", sourceLocation: sourceLocation)
  }
}

/// A tensor of uniform random numbers.
func random(_ shape: Int..., in range: ClosedRange<Float> = -1...1, seed: UInt64 = 1) -> Tensor {
  var random = SeededRandom(seed: seed)
  return Tensor.uniform(shape, in: range, using: &random)
}

/// The largest distance between two lists, relative to 1 or to the expected value if that is more.
func worstError(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  return zip(found, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
}

/// Expects that a crashed process said all of `parts`.
func expectMessage(
  _ result: ExitTest.Result?, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  let missing = parts.filter { !message.contains($0) }
  #expect(missing.isEmpty, "\(message.prefix(300))", sourceLocation: sourceLocation)
}
