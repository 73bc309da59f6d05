import Tensors
import Testing

/// Compares the gradient of Σ w · f(), for fixed random weights w, with its differences, for each of
/// `leaves`: parameters that `function` reads.
///
/// The slope at each element is taken from five points, (8 Δ(h) − Δ(2h)) / 12h with
/// Δ(h) = f(x + h) − f(x − h), which is exact up to h⁴; outputs are summed in Double.
package func expectGradients(
  _ leaves: [(name: String, parameter: Tensor)], tolerance: Double = 2e-3, step: Float = 0x1p-6,
  sourceLocation: SourceLocation = #_sourceLocation, of function: () -> Tensor
) {
  var random = SeededRandom(seed: 99)
  let output = function()
  let weights = Tensor.uniform(output.shape, in: -1...1, using: &random)
  for leaf in leaves { leaf.parameter.gradient = nil }
  (output * weights).sum().backward()
  func loss() -> Double {
    withoutGradient {
      zip(function().values, weights.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
  }
  for (name, leaf) in leaves {
    guard let found = leaf.gradient?.values else {
      Issue.record("\(name) has no gradient", sourceLocation: sourceLocation)
      continue
    }
    let original = leaf.values
    let expected = original.indices.map { i -> Double in
      func moved(by offset: Float) -> Double {
        var values = original
        values[i] += offset
        leaf.values = values
        return loss()
      }
      func difference(_ h: Float) -> Double { moved(by: h) - moved(by: -h) }
      return (8 * difference(step) - difference(2 * step)) / Double(12 * step)
    }
    leaf.values = original
    let scale = max(1, expected.map { abs($0) }.max() ?? 1)
    let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(worst <= tolerance * scale, "\(name)", sourceLocation: sourceLocation)
  }
}

/// The same for a function of `inputs`, each made a parameter first.
package func expectGradients(
  _ inputs: [Tensor], tolerance: Double = 4e-4, step: Float = 0x1p-5,
  sourceLocation: SourceLocation = #_sourceLocation, of function: ([Tensor]) -> Tensor
) {
  let leaves = inputs.map { Tensor($0.values, shape: $0.shape).asParameter() }
  let named = leaves.enumerated().map { (name: "input \($0)", parameter: $1) }
  expectGradients(named, tolerance: tolerance, step: step, sourceLocation: sourceLocation) {
    function(leaves)
  }
}

/// A tensor of uniform random numbers in `range`.
package func uniform(
  _ shape: Int..., in range: ClosedRange<Float> = -1...1, seed: UInt64 = 1
) -> Tensor {
  var random = SeededRandom(seed: seed)
  return Tensor.uniform(shape, in: range, using: &random)
}

/// Spreads a fresh module's biases and gains, which start at 0 and 1, so that none is left untested.
package func unsettle(_ module: some Module) {
  var random = SeededRandom(seed: 5)
  for parameter in module.parameters {
    parameter.values = parameter.values.map { $0 + random.uniform(in: -0.2...0.2) }
  }
}

/// The largest distance between two lists, relative to 1 or to the expected value if that is more.
package func worstError(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  return zip(found, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
}

/// The largest distance between two lists, infinite if one is longer.
package func worstDistance(_ found: [Float], _ expected: [Float]) -> Float {
  guard found.count == expected.count else { return .infinity }
  return zip(found, expected).map { abs($0 - $1) }.max() ?? 0
}

/// Expects that a crashed process said all of `parts`.
package func expectMessage(
  _ result: ExitTest.Result?, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  let missing = parts.filter { !message.contains($0) }
  #expect(missing.isEmpty, "\(message.prefix(300))", sourceLocation: sourceLocation)
}
