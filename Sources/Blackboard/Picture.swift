import Images

/// Pictures and bars made of characters.
extension Lesson {
  /// An image in the terminal: each character `▀` shows two pixels, one above the other, by its own
  /// colour and its background's. Without colours, darker pixels become denser characters.
  public func picture(_ image: RGBImage) {
    let side = max(1, min(image.width, showsColor ? min(width, 64) : min(width, 48)))
    let height = max(2, image.height * side / image.width)
    let small = image.resized(width: side, height: height + height % 2)
    for y in stride(from: 0, to: small.height, by: 2) {
      print(
        (0..<small.width).map { cell(small[$0, y], small[$0, y + 1]) }.joined()
          + (showsColor ? "\u{1B}[0m" : ""))
    }
  }

  private func cell(_ upper: RGBImage.Color, _ lower: RGBImage.Color) -> String {
    if showsColor {
      return "\u{1B}[38;2;\(upper.red);\(upper.green);\(upper.blue)m"
        + "\u{1B}[48;2;\(lower.red);\(lower.green);\(lower.blue)m▀"
    }
    func brightness(_ color: RGBImage.Color) -> Int {
      Int(color.red) + Int(color.green) + Int(color.blue)
    }
    let light = brightness(upper) + brightness(lower)
    let ramp = Array("@%#*+=-:. ")
    return String(ramp[light * (ramp.count - 1) / (6 * 255)])
  }

  /// One horizontal bar a value; 1 fills the space.
  public func bars(_ values: [(label: String, value: Double, text: String)]) {
    let space = values.map(\.label.count).max() ?? 0
    let longest = values.map(\.text.count).max() ?? 0
    let room = max(8, min(40, width - space - longest - 6))
    for (label, value, text) in values {
      let filled = Int((max(0, min(1, value)) * Double(room)).rounded())
      let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: room - filled)
      let padded = String(repeating: " ", count: space - label.count) + label
      print("  \(padded)  \(bar)  \(text)".prefix(width).description)
    }
  }
}
