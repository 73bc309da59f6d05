import Foundation

/// The discrete cosine transform (DCT) writes T numbers as a sum of cosines, from a constant to the
/// highest frequency.
///
/// A smooth motion consists mostly of low frequencies. Its T numbers, all of similar size, become a few
/// large coefficients and many that are nearly zero. JPEG compresses images in this way, and FAST
/// robot motions. The transform is orthonormal: its inverse is its transpose, and an error in the
/// coefficients causes an equally large error in the numbers.
///
///     c[k] = Σₜ wave[k][t] · x[t]        x[t] = Σₖ wave[k][t] · c[k]
///     wave[k][t] = √(2/T) · cos(π k (t + ½) / T),  for k = 0 divided by √2
///
/// - Letters: T numbers, and as many frequencies k.
/// - Reference: Ahmed, Natarajan and Rao, "Discrete Cosine Transform" (1974); this is the DCT-II of
///   SciPy's `dct(x, norm="ortho")`.
public struct DiscreteCosineTransform: Sendable, Equatable {
  /// `[T, T]`: row k is the cosine of k/2 periods over the T numbers.
  private let waves: [[Double]]

  /// T
  public var count: Int { waves.count }

  /// Numbers → coefficients, the lowest frequency first: `[T]` → `[T]`. The constant 1 becomes √T
  /// followed by zeros.
  public func callAsFunction(_ x: [Double]) -> [Double] {
    check(x.count)
    return waves.map { wave in zip(wave, x).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// Coefficients → numbers: `[T]` → `[T]`.
  public func inverse(_ c: [Double]) -> [Double] {
    check(c.count)
    return c.indices.map { t in zip(waves, c).reduce(0) { $0 + $1.0[t] * $1.1 } }
  }

  /// - Parameter count: T, at least 1.
  public init(count: Int) {
    guard count > 0 else { fatalError("DiscreteCosineTransform of \(count) numbers, needs ≥ 1") }
    let T = Double(count)
    waves = (0..<count).map { k in
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
