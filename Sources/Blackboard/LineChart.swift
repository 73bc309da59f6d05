import Images

/// Curves over a common pair of axes, as a PNG picture or as text.
///
/// Each curve has a color of its own (safe for color-blind readers), a dash pattern, a marker and,
/// in text, a character; the legend inside the frame names all of them.
public struct LineChart {
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
      every step: Double = 1, meanOf count: Int = 1
    ) {
      let points = stride(from: 0, to: series.count, by: count).map { start in
        let part = series[start..<min(start + count, series.count)].map { Double($0) }
        let x = first + Double(start + part.count - 1) * step
        return (x: x, y: part.reduce(0, +) / Double(part.count))
      }
      self.init(name, points)
    }

    /// Points with a coordinate that is not finite are left out.
    var finitePoints: [(x: Double, y: Double)] { points.filter { $0.x.isFinite && $0.y.isFinite } }
  }

  public var title: String
  public var x, y: Axis
  public var curves: [Curve]

  public init(_ title: String, x: Axis, y: Axis, _ curves: [Curve]) {
    (self.title, self.x, self.y, self.curves) = (title, x, y, curves)
  }

  /// A chart whose axes reach from 0 to the largest finite value of all curves, none of it negative.
  /// - Parameters:
  ///   - x, y: the titles of the axes, with units.
  public init(_ title: String, x: String, y: String, _ curves: [Curve]) {
    let points = curves.flatMap(\.finitePoints)
    self.init(
      title, x: Axis(x, 0...max(0, points.map(\.x).max() ?? 1)),
      y: Axis(y, 0...max(0, points.map(\.y).max() ?? 1)), curves)
  }

  /// The success rate of a policy while it learns from outcomes.
  /// - Parameters:
  ///   - sampled: of the rollouts with sampled actions, one number for each iteration from 1 on.
  ///   - greedy: of evaluations with greedy actions, each after some iterations.
  ///   - iterations: of the whole run, if it is still going on.
  public static func learning(
    _ title: String, sampled: [Double], greedy: [(iteration: Int, success: Double)],
    iterations: Int? = nil
  ) -> LineChart {
    LineChart(
      title, x: Axis("iteration", 0...Double(iterations ?? sampled.count)), y: .successRate,
      [
        Curve("sampled actions", sampled, from: 1),
        Curve(
          "greedy actions, held-out layouts",
          greedy.map { (x: Double($0.iteration), y: $0.success) }, showsPoints: true),
      ])
  }

  /// The color, dash pattern, marker and character of the curve at `index`.
  static func style(_ index: Int) -> (
    color: RGBImage.Color, dash: [Int], marker: RGBImage.Marker, character: Character
  ) {
    let dashes = [[], [12, 6], [3, 5], [12, 5, 3, 5]]
    let markers = RGBImage.Marker.allCases
    let colors = RGBImage.Color.okabeIto
    return (
      colors[index % colors.count], dashes[index % dashes.count], markers[index % markers.count],
      Array("•×+○*#")[index % 6]
    )
  }
}
