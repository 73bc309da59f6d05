/// Text below and between images.
extension RGBImage {
  /// Text on white, broken into lines of at most `width` pixels.
  public init(text: String, width: Int, scale: Int = 2) {
    let lines = Self.lines(of: text, width: width, scale: scale)
    let step = BitmapFont.lineHeight * scale
    self.init(width: width, height: max(lines.count, 1) * step)
    for (index, line) in lines.enumerated() { drawText(line, x: 0, y: index * step, scale: scale) }
  }

  /// This image with a caption below it, broken into lines of its width.
  public func captioned(_ caption: String, scale: Int = 2) -> RGBImage {
    let text = RGBImage(text: caption, width: width, scale: scale)
    return .contactSheet(rows: [[self], [text]], padding: 6)
  }

  /// Episodes below each other, each with its caption above its frames.
  /// - Parameters:
  ///   - columns: the most frames of an episode that are shown, equally far apart in time.
  ///   - factor: how much each frame is enlarged.
  public static func contactSheet(
    episodes: [(caption: String, frames: [RGBImage])], columns: Int = 8, enlargedBy factor: Int = 2
  ) -> RGBImage {
    let padding = 4
    let rows = episodes.map { _, frames in
      let stride = max(1, (frames.count + columns - 1) / columns)
      return frames.indices.filter { $0 % stride == 0 }.map { frames[$0].enlarged(by: factor) }
    }
    let width = rows.map { $0.reduce(-padding) { $0 + $1.width + padding } }.max() ?? 1
    return contactSheet(
      rows: zip(episodes, rows).flatMap { episode, row in
        [[RGBImage(text: episode.caption, width: width)], row]
      }, padding: padding)
  }

  /// Breaks text at spaces; a word longer than a line is cut at its edge.
  private static func lines(of text: String, width: Int, scale: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, textWidth("\(last) \(word)", scale: scale) <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
