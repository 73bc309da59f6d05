import Images

/// Curves over a common pair of axes, as a PNG picture or as text.
///
/// Each curve has a color of its own (safe for color-blind readers), a dash pattern, a marker and,
/// in text, a character; the legend inside the frame names all of them. Curves of one name, such as
/// many samples of one thing, share all that.
public struct LineChart {
  public var title: String
  public var x, y: Axis
  public var curves: [Curve]
  /// The ranges in which curves should run, by the curves' names, and what the legend calls them.
  var bands: [String: CurveBand] = [:]
  var bandName = ""

  /// The names of curves that have points, each once.
  var names: [String] {
    curves.filter { !$0.points.isEmpty }.map(\.name)
      .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The points [x, y] of each curve.
  var points: [String: [[Double]]] {
    Dictionary(
      curves.map { ($0.name, $0.finitePoints.map { [$0.x, $0.y] }) }, uniquingKeysWith: { $1 })
  }

  /// The bands that are drawn: the index of the curve's name, and its range.
  var shownBands: [(index: Int, band: CurveBand)] {
    names.enumerated().compactMap { index, name in
      bands[name].flatMap { $0.x.isEmpty ? nil : (index, $0) }
    }
  }

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

  /// How `curve` is drawn.
  func style(of curve: Curve) -> (
    color: RGBImage.Color, dash: [Int], marker: RGBImage.Marker, character: Character
  ) { Self.style(names.firstIndex(of: curve.name) ?? 0) }

  /// The color, dash pattern, marker and character of the name at `index`.
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
