// The discrete cosine transform tells a sequence of numbers by the waves that it is made of: how much
// of a constant, of half a swing, of a whole swing, … of the fastest zigzag.
//
// Why: a smooth motion is nearly all slow waves. Its T numbers, which are all of one size and hardly
// differ from their neighbours, become a few large coefficients and many that are nearly zero. JPEG
// shortens pictures so, and FAST robot motions.
//
// Orthonormal: the waves are T perpendicular directions of length 1, so that the transform is a
// turn. It keeps lengths, its inverse is its transpose, and an error of the coefficients is as large
// as the error that it makes in the numbers.
//
// T  numbers, and as many waves
//
// Reference: Ahmed, Natarajan and Rao, "Discrete Cosine Transform" (1974); this is DCT-II, in SciPy
// `dct(x, norm="ortho")`.

import Foundation

/// The orthonormal DCT-II of T numbers, and its inverse.
public struct DiscreteCosineTransform: Sendable, Equatable {
  /// `[T, T]`: row k is wave k, which swings k/2 times over the T numbers.
  private let waves: [[Double]]

  /// T, how many numbers it takes and gives.
  public var count: Int { waves.count }

  /// Numbers → coefficients, the slowest wave first: `[T]` → `[T]`.
  ///
  /// Concretely: `c[k] = Σₜ wave[k][t]·x[t]`; the constant 1 becomes √T and then zeros.
  public func callAsFunction(_ x: [Double]) -> [Double] {
    check(x.count)
    return waves.map { wave in zip(wave, x).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// Coefficients → numbers: `[T]` → `[T]`. Concretely: `x[t] = Σₖ wave[k][t]·c[k]`.
  public func inverse(_ c: [Double]) -> [Double] {
    check(c.count)
    return c.indices.map { t in zip(waves, c).reduce(0) { $0 + $1.0[t] * $1.1 } }
  }

  /// - Parameter count: T, at least 1.
  public init(count: Int) {
    guard count > 0 else { fatalError("DiscreteCosineTransform of \(count) numbers, needs ≥ 1") }
    let T = Double(count)
    waves = (0..<count).map { k in
      // The constant has no swings to average over, so it is √2 smaller.
      let height = k == 0 ? (1 / T).squareRoot() : (2 / T).squareRoot()
      return (0..<count).map { t in
        height * cos(Double.pi * Double(k) * (Double(t) + 0.5) / T)
      }
    }
  }

  private func check(_ found: Int) {
    guard found == count else {
      fatalError("DiscreteCosineTransform: [\(found)] numbers, made for [\(count)]")
    }
  }
}
