import Tensors
import Testing

/// Compares the gradient of Σ w · f() with finite differences for each of `leaves`, parameters that
/// `function` reads. The weights w are random and fixed.
///
/// The derivative by an element is (8 Δ(h) − Δ(2h)) / 12h with Δ(h) = f(x + h) − f(x − h), whose
/// error is of order h⁴; the outputs are summed in double precision.
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
    let largest = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(largest <= tolerance * scale, "\(name)", sourceLocation: sourceLocation)
  }
}

/// The same for a function of `inputs`, which become parameters.
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

/// Adds random numbers to all parameters, so that biases of 0 and gains of 1 are tested with other
/// values.
package func unsettle(_ module: some Module) {
  var random = SeededRandom(seed: 5)
  for parameter in module.parameters {
    parameter.values = parameter.values.map { $0 + random.uniform(in: -0.2...0.2) }
  }
}

/// The largest difference between two lists, relative to max(1, |expected|); infinite if their
/// lengths differ.
package func maximumError(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  return zip(found, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
}

/// The largest difference between two lists; infinite if their lengths differ.
package func maximumDifference(_ found: [Float], _ expected: [Float]) -> Float {
  guard found.count == expected.count else { return .infinity }
  return zip(found, expected).map { abs($0 - $1) }.max() ?? 0
}

/// Expects all of `parts` in the error message of a process that stopped.
package func expectMessage(
  _ result: ExitTest.Result?, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  let missing = parts.filter { !message.contains($0) }
  #expect(missing.isEmpty, "\(message.prefix(300))", sourceLocation: sourceLocation)
}
