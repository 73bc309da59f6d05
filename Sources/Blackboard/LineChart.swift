import Images

/// Curves of shares from 0 to 1 as a picture: a frame, a grid at every quarter, numbers at its edges.
public struct LineChart {
  public struct Curve {
    public var points: [(x: Double, y: Double)]
    public var color: RGBImage.Color
    /// Every point as a small square.
    public var showsPoints: Bool

    public init(
      _ points: [(x: Double, y: Double)], color: RGBImage.Color, showsPoints: Bool = false
    ) {
      (self.points, self.color, self.showsPoints) = (points, color, showsPoints)
    }
  }

  public static let blue = RGBImage.Color(48, 96, 208)
  static let red = RGBImage.Color(208, 48, 44)
  private static let (ink, grid) = (RGBImage.Color(70, 70, 70), RGBImage.Color(222, 222, 222))
  private let left = 44
  private let top = 14
  private let width = 560
  private let height = 300

  public var curves: [Curve]
  /// x runs from 0 to here.
  public var end: Double

  public init(_ curves: [Curve], end: Double) { (self.curves, self.end) = (curves, max(end, 1)) }

  /// Success while a policy learns: drawn actions in blue, one number an iteration; in red, by
  /// iteration, what was measured with the likeliest actions.
  public static func learning(
    drawn: [Double], likeliest: [(iteration: Int, success: Double)], iterations: Int
  ) -> LineChart {
    LineChart(
      [
        Curve(drawn.enumerated().map { (x: Double($0 + 1), y: $1) }, color: blue),
        Curve(
          likeliest.map { (x: Double($0.iteration), y: $0.success) }, color: red, showsPoints: true),
      ], end: Double(iterations))
  }

  public func image() -> RGBImage {
    var image = RGBImage(width: left + width + 24, height: top + height + 30)
    for quarter in 0...4 {
      let y = row(Double(quarter) / 4)
      for x in left..<left + width { image[x, y] = Self.grid }
      image.write(["0", ".25", ".5", ".75", "1"][quarter], rightEnd: left - 6, y: y - 5)
    }
    for quarter in 0...4 {
      let value = end * Double(quarter) / 4
      for y in top..<top + height { image[column(value), y] = Self.grid }
      image.write("\(Int(value.rounded()))", rightEnd: column(value) + 8, y: top + height + 8)
    }
    for x in left...left + width { image[x, top + height] = Self.ink }
    for y in top...top + height { image[left, y] = Self.ink }
    for curve in curves {
      let places = curve.points.filter { $0.x.isFinite && $0.y.isFinite }
        .map { (x: column($0.x), y: row($0.y)) }
      for (from, to) in zip(places, places.dropFirst()) {
        let count = max(abs(to.x - from.x), abs(to.y - from.y), 1)
        for i in 0...count {
          image.dot(
            from.x + (to.x - from.x) * i / count, from.y + (to.y - from.y) * i / count,
            radius: 1, curve.color)
        }
      }
      for place in places where curve.showsPoints {
        image.dot(place.x, place.y, radius: 3, curve.color)
      }
    }
    return image
  }

  private func column(_ x: Double) -> Int {
    left + Int((min(max(x / end, 0), 1) * Double(width)).rounded())
  }

  private func row(_ y: Double) -> Int {
    top + Int(((1 - min(max(y, 0), 1)) * Double(height)).rounded())
  }
}

extension RGBImage {
  fileprivate mutating func dot(_ x: Int, _ y: Int, radius: Int, _ color: Color) {
    for v in y - radius...y + radius {
      for u in x - radius...x + radius where 0..<width ~= u && 0..<height ~= v {
        self[u, v] = color
      }
    }
  }

  /// Digits and points, three pixels wide and five high, each pixel doubled.
  fileprivate mutating func write(_ text: String, rightEnd: Int, y: Int) {
    for (i, character) in text.enumerated() {
      let glyph = Self.glyphs[character] ?? 0  // three bits a row, from the top
      let x = rightEnd - 8 * (text.count - i)
      for row in 0..<5 {
        for column in 0..<3 where glyph >> (14 - 3 * row - column) & 1 == 1 {
          for (u, v) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let (px, py) = (x + 2 * column + u, y + 2 * row + v)
            if 0..<width ~= px, 0..<height ~= py { self[px, py] = Color(70, 70, 70) }
          }
        }
      }
    }
  }

  private static let glyphs: [Character: Int] = [
    "0": 0b111_101_101_101_111, "1": 0b010_110_010_010_111, "2": 0b111_001_111_100_111,
    "3": 0b111_001_111_001_111, "4": 0b101_101_111_001_001, "5": 0b111_100_111_001_111,
    "6": 0b111_100_111_101_111, "7": 0b111_001_001_010_010, "8": 0b111_101_111_101_111,
    "9": 0b111_101_111_001_111, ".": 0b000_000_000_000_010,
  ]
}
