import Foundation

/// The mean of a number over seeds, with its 95 % confidence interval.
///
/// A training depends on its seed, so one run is one sample. The interval is Student's: with n runs
/// of standard deviation s it is ± t · s / √n, where t is 12.7 for two runs, 4.3 for three and 2.3
/// for ten. It assumes that the runs vary like a normal distribution, and may leave the range of a
/// rate.
///
/// - Reference: Student, "The probable error of a mean" (1908).
public struct Estimate: CustomStringConvertible, TableCell {
  /// One number for each seed.
  public let values: [Double]

  public init(_ values: [Double]) { self.values = values }
  public init(_ values: [Float]) { self.init(values.map(Double.init)) }

  /// NaN without values.
  public var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// The standard deviation of the values, with n − 1 in the denominator; NaN for fewer than two.
  public var deviation: Double {
    guard values.count > 1 else { return .nan }
    let mean = self.mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// Half of the width of the interval; NaN for fewer than two values.
  public var halfWidth: Double {
    Self.quantile(degreesOfFreedom: values.count - 1) * deviation
      / Double(values.count).squareRoot()
  }

  /// "0.85 ± 0.04", with as many decimals as the interval has, two to four; or the mean alone for
  /// fewer than two values.
  public var description: String {
    guard values.count > 1 else { return Terminal.number(mean) }
    let decimals = halfWidth > 0 ? min(max(Int((-log10(halfWidth)).rounded(.up)), 2), 4) : 2
    return [mean, halfWidth].map { String(format: "%.\(decimals)f", $0) }.joined(separator: " ± ")
  }
  public var cell: String { description }

  /// Whether the interval excludes 0: for differences between runs with the same seeds.
  public var isSignificant: Bool { abs(mean) > halfWidth }

  /// The 97.5 % quantile of Student's distribution: a table to 20 degrees of freedom, then an
  /// expansion whose error is below 0.0001.
  ///
  /// - Reference: Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), table 26.10 and
  ///   equation 26.7.5.
  static func quantile(degreesOfFreedom n: Int) -> Double {
    let table = [
      12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
      2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    ]
    guard n > 0 else { return .nan }
    guard n > table.count else { return table[n - 1] }
    let z = 1.959964
    let (first, second) = ((pow(z, 3) + z) / 4, (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / 96)
    return z + first / Double(n) + second / Double(n * n)
  }
}
