import Images

/// A chart as a picture of 760×480 pixels.
extension LineChart {
  /// The frame around the curves, in pixels.
  private static let (left, top, width, height) = (100, 44, 636, 358)
  private static let textHeight = RGBImage.textHeight()

  public func image() -> RGBImage {
    var image = RGBImage(
      width: Self.left + Self.width + 24, height: Self.top + Self.height + 78)
    drawAxes(on: &image)
    for (index, curve) in curves.enumerated() { draw(curve, Self.style(index), on: &image) }
    drawLegend(on: &image)
    return image
  }

  private func place(_ point: (x: Double, y: Double)) -> (x: Int, y: Int) {
    (
      Self.left + Int((x.position(of: point.x) * Double(Self.width)).rounded()),
      Self.top + Int(((1 - y.position(of: point.y)) * Double(Self.height)).rounded())
    )
  }

  private func drawAxes(on image: inout RGBImage) {
    let (left, top, right, bottom) = (
      Self.left, Self.top, Self.left + Self.width, Self.top + Self.height
    )
    for (value, label) in y.ticks {
      let row = place((x.range.lowerBound, value)).y
      image.drawLine(from: (left, row), to: (right, row), .lightGray)
      image.drawText(
        label, x: left - 8 - RGBImage.textWidth(label), y: row - Self.textHeight / 2 + 2)
    }
    for (value, label) in x.ticks {
      let column = place((value, y.range.lowerBound)).x
      image.drawLine(from: (column, top), to: (column, bottom), .lightGray)
      image.drawText(label, x: column - RGBImage.textWidth(label) / 2, y: bottom + 8)
    }
    for corner in [(right, top), (left, bottom)] {
      image.drawLine(from: (left, top), to: corner, .darkGray)
      image.drawLine(from: (right, bottom), to: corner, .darkGray)
    }
    image.drawText(
      title, x: (left + right - RGBImage.textWidth(title)) / 2, y: 12, .black)
    image.drawText(
      x.title, x: (left + right - RGBImage.textWidth(x.title)) / 2,
      y: image.height - Self.textHeight - 12)
    image.drawText(
      y.title, x: 12, y: (top + bottom + RGBImage.textWidth(y.title)) / 2, isVertical: true)
  }

  private typealias Style = (
    color: RGBImage.Color, dash: [Int], marker: RGBImage.Marker, character: Character
  )

  private func draw(_ curve: Curve, _ style: Style, on image: inout RGBImage) {
    let places = curve.finitePoints.map(place)
    var length = 0
    for (start, end) in zip(places, places.dropFirst()) {
      image.drawLine(
        from: start, to: end, thickness: 2, style.color, dash: style.dash, offset: length)
      length += max(abs(end.x - start.x), abs(end.y - start.y))
    }
    for place in places where curve.showsPoints || places.count == 1 {
      image.drawMarker(style.marker, x: place.x, y: place.y, style.color)
    }
  }

  /// In the corner of the frame that hides the fewest points.
  private func drawLegend(on image: inout RGBImage) {
    guard !curves.isEmpty else { return }
    let (sample, step) = (44, 24)
    let width = sample + 28 + curves.map { RGBImage.textWidth($0.name) }.max()!
    let height = step * curves.count + 8
    let places = curves.flatMap { $0.finitePoints.map(place) }
    let corners = [Self.top + 8, Self.top + Self.height - height - 8].flatMap { y in
      [Self.left + Self.width - width - 8, Self.left + 8].map { x in (x: x, y: y) }
    }
    let corner = corners.min { first, second in
      let counts = [first, second].map { corner in
        places.count {
          (corner.x..<corner.x + width).contains($0.x)
            && (corner.y..<corner.y + height).contains($0.y)
        }
      }
      return counts[0] < counts[1]
    }!
    image.fill(x: corner.x, y: corner.y, width: width, height: height, .darkGray)
    image.fill(x: corner.x + 1, y: corner.y + 1, width: width - 2, height: height - 2, .white)
    for (index, curve) in curves.enumerated() {
      let style = Self.style(index)
      let (x, y) = (corner.x + 8, corner.y + 4 + step * index + step / 2)
      image.drawLine(
        from: (x, y), to: (x + sample, y), thickness: 2, style.color, dash: style.dash)
      if curve.showsPoints { image.drawMarker(style.marker, x: x + sample / 2, y: y, style.color) }
      image.drawText(curve.name, x: x + sample + 8, y: y - Self.textHeight / 2 + 2)
    }
  }
}
