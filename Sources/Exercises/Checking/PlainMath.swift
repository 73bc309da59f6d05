import Foundation

/// The numbers in double precision.
func doubles(_ values: [Float]) -> [Double] { values.map(Double.init) }

/// The gradient of `loss` at `x` by central differences: (f(x + ε) − f(x − ε)) / 2ε for each number.
func finiteDifferences(at x: [Double], _ loss: ([Double]) -> Double) -> [Double] {
  let step = 1e-5
  return x.indices.map { i in
    var (above, below) = (x, x)
    above[i] += step
    below[i] -= step
    return (loss(above) - loss(below)) / (2 * step)
  }
}

/// exp(x − max) / Σ exp(x − max).
func softmax(_ x: [Double]) -> [Double] {
  let powers = x.map { exp($0 - (x.max() ?? 0)) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}

/// Rows become columns.
func transposed(_ rows: [[Double]]) -> [[Double]] {
  (rows.first ?? []).indices.map { column in rows.map { $0[column] } }
}
