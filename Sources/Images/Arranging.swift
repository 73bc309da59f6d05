/// Cropping images and arranging several as one.
///
/// A film strip is one episode as one image: its frames from left to right, without gaps. A contact
/// sheet is several rows of images on white.
extension RGBImage {
  /// The `width`×`height` pixels whose top left corner is (`x`, `y`); all must be inside this image.
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

  /// A film strip of `frames`: at least one, all of one size.
  public static func filmStrip(_ frames: [RGBImage]) -> RGBImage {
    guard let first = frames.first,
      frames.allSatisfy({ $0.width == first.width && $0.height == first.height })
    else {
      fatalError("filmStrip: needs frames of one size, not \(frames.map { ($0.width, $0.height) })")
    }
    return contactSheet(rows: [frames], padding: 0)
  }

  /// The `count` frames of a film strip; `nil` if this image's width is not a multiple of `count`.
  public func filmStripFrames(_ count: Int) -> [RGBImage]? {
    guard count > 0, width % count == 0 else { return nil }
    let side = width / count
    return (0..<count).map { cropped(x: $0 * side, y: 0, width: side, height: height) }
  }

  /// Rows of images on white, `padding` pixels between and around them. Empty rows are left out.
  public static func contactSheet(rows: [[RGBImage]], padding: Int = 2) -> RGBImage {
    let rows = rows.filter { !$0.isEmpty }
    guard !rows.isEmpty, padding >= 0 else {
      fatalError("contactSheet: needs an image and padding ≥ 0, not \(padding)")
    }
    let heights = rows.map { row in row.map(\.height).max()! + padding }
    let widths = rows.map { row in row.reduce(padding) { $0 + $1.width + padding } }
    var sheet = RGBImage(width: widths.max()!, height: heights.reduce(padding, +))
    var y = padding
    for (row, height) in zip(rows, heights) {
      var x = padding
      for image in row {
        sheet.paste(image, x: x, y: y)
        x += image.width + padding
      }
      y += height
    }
    return sheet
  }

  /// This image with every pixel as a `factor`×`factor` square.
  public func enlarged(by factor: Int) -> RGBImage {
    guard factor > 0 else { fatalError("enlarged: factor \(factor) is not positive") }
    var result = RGBImage(width: width * factor, height: height * factor)
    for y in 0..<result.height {
      for x in 0..<result.width { result[x, y] = self[x / factor, y / factor] }
    }
    return result
  }

  /// Copies `image` to the pixels from (`x`, `y`) on; it must fit.
  public mutating func paste(_ image: RGBImage, x: Int, y: Int) {
    for row in 0..<image.height {
      for column in 0..<image.width { self[x + column, y + row] = image[column, row] }
    }
  }
}
