import Images

/// Pictures made of characters.
extension Lesson {
  /// An image in the terminal: each character `▀` shows two pixels, one above the other, by its own
  /// colour and its background's. Without colours, what stands out of the image's commonest colour
  /// becomes denser characters.
  public func picture(_ image: RGBImage) {
    let side = max(1, min(image.width, width, showsColor ? 64 : 48))
    let height = max(2, image.height * side / image.width)
    let small = image.resized(width: side, height: height + height % 2)
    let background = commonest(of: small)
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

  private func commonest(of image: RGBImage) -> RGBImage.Color {
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

  /// From 0, the same, to 255 and beyond.
  private func distance(_ a: RGBImage.Color, _ b: RGBImage.Color) -> Int {
    abs(Int(a.red) - Int(b.red)) + abs(Int(a.green) - Int(b.green)) + abs(Int(a.blue) - Int(b.blue))
  }

  private func density(_ distance: Int) -> String {
    let ramp = Array(" .:-=+*#%@")
    return String(ramp[min(ramp.count - 1, distance * ramp.count / 300)])
  }
}

extension RGBImage {
  /// The image enlarged, and dark but where `weights` are large: a map of where attention looks.
  /// - Parameter weights: one for each cell of a square grid over the image, row by row.
  public func lit(by weights: [Float], enlargedBy scale: Int = 4) -> RGBImage {
    let side = Int(Float(weights.count).squareRoot().rounded())
    guard side > 0, side * side == weights.count else {
      fatalError("lit: \(weights.count) weights are no square grid over \(width)×\(height) pixels")
    }
    var image = enlarged(by: scale)
    let brightest = max(weights.max()!, .leastNormalMagnitude)
    for y in 0..<image.height {
      for x in 0..<image.width {
        let cell = y * side / image.height * side + x * side / image.width
        let light = 0.25 + 0.75 * max(0, weights[cell]) / brightest
        let color = image[x, y]
        image[x, y] = RGBImage.Color(
          UInt8(Float(color.red) * light), UInt8(Float(color.green) * light),
          UInt8(Float(color.blue) * light))
      }
    }
    return image
  }
}
