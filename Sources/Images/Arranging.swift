/// Cutting pictures up and laying them side by side.
///
/// A film strip is one episode as one picture: its frames from left to right, none in between.
/// A contact sheet lays several rows of pictures on white, `padding` pixels apart.
extension RGBImage {
  /// The `width`×`height` pixels whose top left corner is (`x`, `y`).
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> RGBImage {
    guard x >= 0, y >= 0, width > 0, height > 0, x <= self.width - width, y <= self.height - height
    else {
      fatalError(
        "cropped: \(width)×\(height) at (\(x), \(y)) is not inside \(self.width)×\(self.height)")
    }
    var cut: [UInt8] = []
    cut.reserveCapacity(3 * width * height)
    for row in y..<y + height {
      let start = 3 * (row * self.width + x)
      cut += pixels[start..<start + 3 * width]
    }
    return RGBImage(width: width, height: height, pixels: cut)
  }

  /// `frames` (at least one, all of one size) from left to right.
  public static func filmStrip(_ frames: [RGBImage]) -> RGBImage {
    guard let first = frames.first,
      frames.allSatisfy({ $0.width == first.width && $0.height == first.height })
    else {
      fatalError("filmStrip: needs frames of one size, not \(frames.map { ($0.width, $0.height) })")
    }
    return contactSheet(rows: [frames], padding: 0)
  }

  /// The frames of a film strip; `nil` when `count` frames of equal width do not fill this picture.
  public func filmStripFrames(_ count: Int) -> [RGBImage]? {
    guard count > 0, width % count == 0 else { return nil }
    let side = width / count
    return (0..<count).map { cropped(x: $0 * side, y: 0, width: side, height: height) }
  }

  /// Rows of pictures on white, `padding` pixels between them and around them.
  public static func contactSheet(rows: [[RGBImage]], padding: Int = 2) -> RGBImage {
    let rows = rows.filter { !$0.isEmpty }
    guard !rows.isEmpty, padding >= 0 else {
      fatalError("contactSheet: needs a picture and padding ≥ 0, not \(padding)")
    }
    let heights = rows.map { row in row.map(\.height).max()! + padding }
    let widths = rows.map { row in row.reduce(padding) { $0 + $1.width + padding } }
    var sheet = RGBImage(width: widths.max()!, height: heights.reduce(padding, +))
    var y = padding
    for (row, height) in zip(rows, heights) {
      var x = padding
      for picture in row {
        sheet.paste(picture, x: x, y: y)
        x += picture.width + padding
      }
      y += height
    }
    return sheet
  }

  /// Films, one a row: of each, at most `columns` frames that lie equally far apart, enlarged.
  public static func contactSheet(
    films: [[RGBImage]], columns: Int = 8, enlargedBy factor: Int = 2
  ) -> RGBImage {
    let rows = films.map { frames in
      let stride = max(1, (frames.count + columns - 1) / columns)
      return frames.indices.filter { $0 % stride == 0 }.map { frames[$0].enlarged(by: factor) }
    }
    return contactSheet(rows: rows, padding: 4)
  }

  /// Every pixel as a `factor`×`factor` square, so that a small picture can be looked at.
  public func enlarged(by factor: Int) -> RGBImage {
    guard factor > 0 else { fatalError("enlarged: factor \(factor) is not positive") }
    var result = RGBImage(width: width * factor, height: height * factor)
    for y in 0..<result.height {
      for x in 0..<result.width { result[x, y] = self[x / factor, y / factor] }
    }
    return result
  }

  /// Writes `picture` over the pixels from (`x`, `y`) on; it must fit.
  private mutating func paste(_ picture: RGBImage, x: Int, y: Int) {
    for row in 0..<picture.height {
      for column in 0..<picture.width { self[x + column, y + row] = picture[column, row] }
    }
  }
}
