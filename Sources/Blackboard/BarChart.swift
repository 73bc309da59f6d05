/// Horizontal bars of block characters under a title, over an axis.
struct BarChart {
  let title: String
  let axis: Axis
  let values: [(label: String, value: Double, text: String)]

  /// Lines of at most `width` characters; long labels and texts are wrapped beside their bar.
  func lines(width: Int) -> [String] {
    let labelWidth = min(values.map(\.label.count).max() ?? 0, width / 3)
    let textWidth = min(values.map(\.text.count).max() ?? 0, width / 2)
    let room = min(max(width - labelWidth - textWidth - 6, 1), 40)
    let rows = values.flatMap { label, value, text in
      let labels = label.wrapped(to: labelWidth)
      let texts = text.wrapped(to: textWidth)
      return (0..<max(labels.count, texts.count, 1)).map { row in
        let left = (row < labels.count ? labels[row] : "").padded(to: labelWidth, atRight: true)
        let length = axis.position(of: value)
        let bar = (row == 0 ? Self.bar(length, room: room) : "").padded(to: room)
        return "  \(left)  \(bar)  \(row < texts.count ? texts[row] : "")"
      }
    }
    let space = String(repeating: " ", count: labelWidth + 4)
    let scale = [AxisLine(axis, room: room).labels] + axis.title.wrapped(to: width - space.count)
    return title.wrapped(to: width) + rows + scale.map { space + $0 }
  }

  /// "███▌": a length of 1 fills the room, to an eighth of a character.
  static func bar(_ length: Double, room: Int) -> String {
    let share = length.isNaN ? 0 : min(max(length, 0), 1)
    let eighths = Int((share * Double(room) * 8).rounded())
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + part
  }
}
