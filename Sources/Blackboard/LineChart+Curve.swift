extension LineChart {
  /// A curve of points, joined by lines.
  public struct Curve {
    /// The name in the legend, with the unit if it differs from the axis's.
    public var name: String
    public var points: [(x: Double, y: Double)]
    /// If true, each point has a marker; otherwise the curve is a line alone.
    public var showsPoints: Bool

    public init(_ name: String, _ points: [(x: Double, y: Double)], showsPoints: Bool = false) {
      (self.name, self.points, self.showsPoints) = (name, points, showsPoints)
    }

    /// A series at equal distances of x: `first`, `first + step`, …
    /// - Parameter count: each point is the mean of so many values, at the x of the last of them.
    public init(
      _ name: String, _ series: [some BinaryFloatingPoint], from first: Double = 0,
      every step: Double = 1, meanOf count: Int = 1, showsPoints: Bool = false
    ) {
      let points = stride(from: 0, to: series.count, by: count).map { start in
        let part = series[start..<min(start + count, series.count)].map { Double($0) }
        let x = first + Double(start + part.count - 1) * step
        return (x: x, y: part.reduce(0, +) / Double(part.count))
      }
      self.init(name, points, showsPoints: showsPoints)
    }

    /// A histogram as an outline: over each of `bins` equal parts of `range` the number of `values` in
    /// it, divided by the number of all. Values beyond the range count in its first or last part.
    public init(
      _ name: String, histogramOf values: [some BinaryFloatingPoint],
      over range: ClosedRange<Double>, bins: Int
    ) {
      let axis = Axis("", range)
      var counts = [Int](repeating: 0, count: bins)
      for value in values {
        counts[min(Int(axis.position(of: Double(value)) * Double(bins)), bins - 1)] += 1
      }
      let points = counts.enumerated().flatMap { bin, count in
        [bin, bin + 1].map { edge in
          (
            x: range.lowerBound + axis.length * Double(edge) / Double(bins),
            y: Double(count) / Double(max(values.count, 1))
          )
        }
      }
      self.init(name, points)
    }

    /// Points with a coordinate that is not finite are left out.
    var finitePoints: [(x: Double, y: Double)] { points.filter { $0.x.isFinite && $0.y.isFinite } }
  }
}
