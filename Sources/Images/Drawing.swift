/// Rectangles, lines, markers and text. Everything is clipped at the edges of the image.
extension RGBImage {
  /// Fills the `width`×`height` pixels whose top left corner is (`x`, `y`).
  public mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
    for row in max(y, 0)..<max(min(y + height, self.height), max(y, 0)) {
      for column in max(x, 0)..<max(min(x + width, self.width), max(x, 0)) {
        self[column, row] = color
      }
    }
  }

  /// A straight line of `thickness` pixels.
  /// - Parameters:
  ///   - dash: lengths in pixels, drawn and left out in turn; empty for a solid line.
  ///   - offset: where in `dash` the line starts, so that dashes continue along a curve.
  public mutating func drawLine(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), thickness: Int = 1, _ color: Color,
    dash: [Int] = [], offset: Int = 0
  ) {
    let steps = max(abs(end.x - start.x), abs(end.y - start.y), 1)
    for i in 0...steps where Self.isDrawn(i + offset, dash) {
      let x = start.x + (end.x - start.x) * i / steps
      let y = start.y + (end.y - start.y) * i / steps
      fill(
        x: x - thickness / 2, y: y - thickness / 2, width: thickness, height: thickness, color)
    }
  }

  private static func isDrawn(_ position: Int, _ dash: [Int]) -> Bool {
    guard !dash.isEmpty else { return true }
    var rest = position % max(dash.reduce(0, +), 1)
    for (index, length) in dash.enumerated() {
      if rest < length { return index % 2 == 0 }
      rest -= length
    }
    return true
  }

  /// The shape of a marker at a data point.
  public enum Marker: CaseIterable, Sendable { case circle, square, triangle, diamond }

  /// A filled marker of 2·`radius` + 1 pixels around (`x`, `y`).
  public mutating func drawMarker(
    _ marker: Marker, x: Int, y: Int, radius: Int = 4, _ color: Color
  ) {
    for v in -radius...radius {
      for u in -radius...radius {
        let isInside =
          switch marker {
          case .circle: u * u + v * v <= radius * radius + 1
          case .square: true
          case .triangle: 2 * abs(u) <= v + radius
          case .diamond: abs(u) + abs(v) <= radius
          }
        if isInside { fill(x: x + u, y: y + v, width: 1, height: 1, color) }
      }
    }
  }

  /// One line of text whose top left corner is (`x`, `y`).
  /// - Parameters:
  ///   - scale: pixels for each pixel of the font, which is 5×9.
  ///   - isVertical: if true, the text runs upward, and (`x`, `y`) is its bottom left corner.
  public mutating func drawText(
    _ text: String, x: Int, y: Int, scale: Int = 2, _ color: Color = .darkGray,
    isVertical: Bool = false
  ) {
    for (index, character) in text.enumerated() {
      for (i, isSet) in BitmapFont.pixels(of: character).enumerated() where isSet {
        let along = scale * (index * BitmapFont.advance + i % BitmapFont.width)
        let across = scale * (i / BitmapFont.width)
        if isVertical {
          fill(x: x + across, y: y - along - scale, width: scale, height: scale, color)
        } else {
          fill(x: x + along, y: y + across, width: scale, height: scale, color)
        }
      }
    }
  }

  /// The length of a line of text in pixels.
  public static func textWidth(_ text: String, scale: Int = 2) -> Int {
    max(0, text.count * BitmapFont.advance - 1) * scale
  }

  /// The height of a line of text in pixels, without the space to the next line.
  public static func textHeight(scale: Int = 2) -> Int { BitmapFont.height * scale }
}
