/// Numbers from 0 to 1 as horizontal bars of block characters, an eighth of a character precise.
struct BarChart {
  let values: [(label: String, value: Double, text: String)]

  /// At most `width` wide: long labels and texts are wrapped beside their bar.
  func lines(width: Int) -> [String] {
    let labelWidth = min(values.map(\.label.count).max() ?? 0, width / 3)
    let textWidth = min(values.map(\.text.count).max() ?? 0, width / 2)
    let room = min(max(width - labelWidth - textWidth - 6, 1), 40)
    return values.flatMap { label, value, text in
      let labels = label.wrapped(to: labelWidth)
      let texts = text.wrapped(to: textWidth)
      return (0..<max(labels.count, texts.count, 1)).map { row in
        let left = (row < labels.count ? labels[row] : "").padded(to: labelWidth, atRight: true)
        let bar = (row == 0 ? Self.bar(value, room: room) : "").padded(to: room)
        return "  \(left)  \(bar)  \(row < texts.count ? texts[row] : "")"
      }
    }
  }

  /// "███▌": 1 fills the room; NaN and what is below 0 draw nothing.
  static func bar(_ value: Double, room: Int) -> String {
    let share = value.isNaN ? 0 : min(max(value, 0), 1)
    let eighths = Int((share * Double(room) * 8).rounded())
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + part
  }
}

extension Lesson {
  /// One horizontal bar a value; 1 fills the space.
  public func bars(_ values: [(label: String, value: Double, text: String)]) {
    BarChart(values: values).lines(width: width).forEach(print)
  }
}
