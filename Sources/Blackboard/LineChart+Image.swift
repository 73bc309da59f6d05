import Images

/// A chart as a picture of 760×480 pixels.
extension LineChart {
  /// The frame around the curves, in pixels.
  private static let (left, top, width, height) = (100, 44, 636, 358)
  private static let textHeight = RGBImage.textHeight()

  public func image() -> RGBImage {
    var image = RGBImage(
      width: Self.left + Self.width + 24, height: Self.top + Self.height + 78)
    drawBands(on: &image)
    drawAxes(on: &image)
    for curve in curves { draw(curve, style(of: curve), on: &image) }
    drawLegend(on: &image)
    return image
  }

  private func place(_ point: (x: Double, y: Double)) -> (x: Int, y: Int) {
    (
      Self.left + Int((x.position(of: point.x) * Double(Self.width)).rounded()),
      Self.top + Int(((1 - y.position(of: point.y)) * Double(Self.height)).rounded())
    )
  }

  /// Each band in a tint of its curve's color; where two overlap, the darker of each primary color.
  private func drawBands(on image: inout RGBImage) {
    for (index, band) in shownBands {
      let tint = Self.style(index).color.tint
      let ends = [band.x[0], band.x[band.x.count - 1]].map { place((x: $0, y: 0)).x }
      for column in ends[0]...ends[1] {
        let position = Double(column - Self.left) / Double(Self.width)
        let range = band.range(atX: x.range.lowerBound + position * x.length)
        for row in place((x: 0, y: range.high)).y...place((x: 0, y: range.low)).y {
          image[column, row] = image[column, row].darkest(tint)
        }
      }
    }
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
    let legend = names + (shownBands.isEmpty ? [] : [bandName])
    let width = sample + 28 + legend.map { RGBImage.textWidth($0) }.max()!
    let height = step * legend.count + 8
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
    for (index, name) in names.enumerated() {
      let style = Self.style(index)
      let (x, y) = (corner.x + 8, corner.y + 4 + step * index + step / 2)
      image.drawLine(
        from: (x, y), to: (x + sample, y), thickness: 2, style.color, dash: style.dash)
      let showsPoints = curves.contains { $0.name == name && $0.showsPoints }
      if showsPoints { image.drawMarker(style.marker, x: x + sample / 2, y: y, style.color) }
      image.drawText(name, x: x + sample + 8, y: y - Self.textHeight / 2 + 2)
    }
    guard let first = shownBands.first else { return }
    let (x, y) = (corner.x + 8, corner.y + 4 + step * names.count + step / 2)
    image.fill(x: x, y: y - 8, width: sample, height: 16, Self.style(first.index).color.tint)
    image.drawText(bandName, x: x + sample + 8, y: y - Self.textHeight / 2 + 2)
  }
}
