import Foundation

/// The range in which a result of a lesson should fall, from the results of several seeds.
///
/// It reaches from the smallest to the largest of them, widened by their distance at each side: of
/// results with a normal distribution, ten seeds miss 1 in 600. Two seeds of a good program differ
/// by less than that; most mistakes move a result by more.
public struct Band: Equatable {
  /// The smallest and the largest result that is as expected.
  public let low, high: Double

  init(low: Double, high: Double) { (self.low, self.high) = (low, high) }

  /// - Parameters:
  ///   - measured: finite results of one quantity, one for each seed; at least one.
  ///   - note: what is known of the quantity, besides the measurements.
  init(_ measured: [Double], _ note: ResultNote?) {
    guard let smallest = measured.min(), let largest = measured.max() else {
      fatalError("a band needs at least one measured result")
    }
    let isExact = smallest == largest && smallest == smallest.rounded()  // such as a count
    let least = note?.isRate == true ? 0.02 : isExact ? 0 : 0.01 * max(abs(smallest), abs(largest))
    let widening = max(largest - smallest, note?.margin ?? least)
    let limits = note?.isRate == true ? 0...1 : (smallest < 0 ? -Double.infinity : 0)...(.infinity)
    low = max(smallest - widening, limits.lowerBound)
    high = min(largest + widening, limits.upperBound)
  }

  public func contains(_ value: Double) -> Bool { low <= value && value <= high }

  /// "0.93 to 1", with three significant digits, rounded so that the text's band is no narrower.
  public var text: String {
    if low == high { return Terminal.number(low) }
    return "\(Self.rounded(low, .down)) to \(Self.rounded(high, .up))"
  }

  private static func rounded(_ value: Double, _ rule: FloatingPointRoundingRule) -> String {
    guard value != 0, value.isFinite else { return Terminal.number(value) }
    let unit = pow(10, floor(log10(abs(value))) - 2)
    let units = value / unit
    let isWhole = abs(units - units.rounded()) < 1e-6  // as far as binary fractions tell
    return Terminal.number((isWhole ? units.rounded() : units.rounded(rule)) * unit)
  }
}
