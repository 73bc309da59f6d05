import Foundation

/// Where a curve of a chart should run: the smallest and the largest value of all seeds.
public struct CurveBand: Codable, Equatable {
  public var x: [Double] = []
  public var low: [Double] = []
  public var high: [Double] = []

  /// - Parameters:
  ///   - curves: the curve of each seed.
  ///   - columns: the number of equal parts of x; one with no point is left out.
  public init(_ curves: [[(x: Double, y: Double)]], columns: Int = 40) {
    let points = curves.flatMap { $0 }
    guard let first = points.map(\.x).min(), let last = points.map(\.x).max() else { return }
    let parts = Dictionary(grouping: points) { point in
      last > first ? Int(((point.x - first) / (last - first) * Double(columns - 1)).rounded()) : 0
    }
    for (_, part) in parts.sorted(by: { $0.key < $1.key }) {
      x.append(part.reduce(0) { $0 + $1.x } / Double(part.count))
      low.append(part.map(\.y).min()!)
      high.append(part.map(\.y).max()!)
    }
  }

  /// With four significant digits.
  var rounded: CurveBand {
    func rounded(_ numbers: [Double]) -> [Double] {
      numbers.map { Double(String(format: "%.4g", $0)) ?? $0 }
    }
    var band = self
    (band.x, band.low, band.high) = (rounded(x), rounded(low), rounded(high))
    return band
  }

  /// The range at `position`, on straight lines between the columns; beyond them as at their ends.
  func range(atX position: Double) -> (low: Double, high: Double) {
    let right = x.firstIndex { $0 >= position } ?? x.count - 1
    let left = max(right - 1, 0)
    let length = x[right] - x[left]
    let share = length > 0 ? min(max((position - x[left]) / length, 0), 1) : 1
    func between(_ y: [Double]) -> Double { y[left] + share * (y[right] - y[left]) }
    return (between(low), between(high))
  }
}
