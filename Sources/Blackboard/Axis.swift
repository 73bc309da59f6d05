import Foundation

/// An axis of a chart: its title with the unit in parentheses, and the range it covers.
public struct Axis {
  public let title: String
  public let range: ClosedRange<Double>

  /// - Parameters:
  ///   - title: such as "time (s)".
  ///   - range: in that unit. A range of length 0 becomes one of length 1.
  public init(_ title: String, _ range: ClosedRange<Double>) {
    self.title = title
    self.range =
      range.lowerBound < range.upperBound ? range : range.lowerBound...range.lowerBound + 1
  }

  /// A share of all episodes, from 0 to 1.
  public static let successRate = Axis("success rate (fraction of episodes)", 0...1)

  var length: Double { range.upperBound - range.lowerBound }

  /// The position of `value` on the axis: 0 at its start, 1 at its end. Values outside of the range
  /// lie at its ends; NaN lies at the start.
  func position(of value: Double) -> Double {
    let position = (value - range.lowerBound) / length
    return position.isNaN ? 0 : min(max(position, 0), 1)
  }

  /// Four to nine round numbers in the range, each with its label.
  var ticks: [(value: Double, label: String)] {
    let step = self.step
    let decimals = max(0, -Int(floor(log10(step) + 1e-9)))
    let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((range.upperBound / step + 1e-9).rounded(.down))
    return (first...max(first, last)).map {
      (Double($0) * step, String(format: "%.\(decimals)f", Double($0) * step))
    }
  }

  /// 1, 2 or 5 times a power of ten, so that four to nine ticks fit.
  private var step: Double {
    let power = pow(10, floor(log10(length / 4)))
    return [5, 2].map { $0 * power }.first { length / $0 >= 3.999 } ?? power
  }
}
