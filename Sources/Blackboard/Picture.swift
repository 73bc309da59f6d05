import Images

/// Pictures made of characters.
extension Lesson {
  /// Prints an image. Each character `▀` shows two pixels, the upper one in its foreground color and
  /// the lower one in its background color. Without colors, pixels that differ more from the image's
  /// most common color become denser characters.
  /// - Parameter description: what the picture shows, for the page; if not given, the text before it.
  public func picture(_ image: RGBImage, _ description: String? = nil, line: Int = #line) {
    let text = description ?? page?.lastText ?? title
    page?.append(.picture(image, description: text, caption: description), line: line)
    let side = max(1, min(image.width, width, showsColor ? 64 : 48))
    let height = max(2, image.height * side / image.width)
    let small = image.resized(width: side, height: height + height % 2)
    let background = mostCommonColor(of: small)
    for y in stride(from: 0, to: small.height, by: 2) {
      let line = (0..<small.width).map { x in
        let (upper, lower) = (small[x, y], small[x, y + 1])
        return showsColor
          ? "\u{1B}[38;2;\(upper.red);\(upper.green);\(upper.blue)m"
            + "\u{1B}[48;2;\(lower.red);\(lower.green);\(lower.blue)m▀"
          : density(max(distance(upper, background), distance(lower, background)))
      }.joined()
      print(showsColor ? line + "\u{1B}[0m" : line)
    }
  }

  private func mostCommonColor(of image: RGBImage) -> RGBImage.Color {
    var counts: [Int: (count: Int, color: RGBImage.Color)] = [:]
    for y in 0..<image.height {
      for x in 0..<image.width {
        let color = image[x, y]
        let key = (Int(color.red) >> 4) << 8 | (Int(color.green) >> 4) << 4 | Int(color.blue) >> 4
        counts[key, default: (0, color)].count += 1
      }
    }
    return counts.max { ($0.value.count, $0.key) < ($1.value.count, $1.key) }!.value.color
  }

  /// The sum of the differences of red, green and blue, 0 to 765.
  private func distance(_ a: RGBImage.Color, _ b: RGBImage.Color) -> Int {
    abs(Int(a.red) - Int(b.red)) + abs(Int(a.green) - Int(b.green)) + abs(Int(a.blue) - Int(b.blue))
  }

  private func density(_ distance: Int) -> String {
    let ramp = Array(" .:-=+*#%@")
    return String(ramp[min(ramp.count - 1, distance * ramp.count / 300)])
  }
}
