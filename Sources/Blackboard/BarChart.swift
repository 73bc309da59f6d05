/// Horizontal bars of block characters under a title, over an axis.
struct BarChart {
  let title: String
  let axis: Axis
  let values: [(label: String, value: Double, text: String)]
  /// The band in which each value should fall; none at all if empty.
  var bands: [Band?] = []

  /// Lines of at most `width` characters; long labels and texts are wrapped beside their bar.
  func lines(width: Int) -> [String] {
    let labelWidth = min(values.map(\.label.count).max() ?? 0, width / 3)
    let textWidth = min(values.map(\.text.count).max() ?? 0, width / 2)
    let room = min(max(width - labelWidth - textWidth - 6, 1), 40)
    let rows = values.enumerated().flatMap { index, line in
      let (label, value, text) = line
      let labels = label.wrapped(to: labelWidth)
      let texts = text.wrapped(to: textWidth)
      return (0..<max(labels.count, texts.count, 1)).map { row in
        let left = (row < labels.count ? labels[row] : "").padded(to: labelWidth, atRight: true)
        let length = axis.position(of: value)
        var bar = (row == 0 ? Self.bar(length, room: room) : "").padded(to: room)
        if row == 0, index < bands.count, let band = bands[index] { bar = shaded(bar, band) }
        return "  \(left)  \(bar)  \(row < texts.count ? texts[row] : "")"
      }
    }
    let space = String(repeating: " ", count: labelWidth + 4)
    let scale =
      [AxisLine(axis, room: room).labels] + axis.title.wrapped(to: width - space.count)
      + (bands.contains { $0 != nil } ? "░ ▓ the band".wrapped(to: width - space.count) : [])
    return title.wrapped(to: width) + rows + scale.map { space + $0 }
  }

  /// A bar with its band in gray: "░" where the bar has no character, "▓" where it is filled.
  private func shaded(_ bar: String, _ band: Band) -> String {
    func cell(_ value: Double) -> Int {
      Int(axis.position(of: value) * Double(bar.count - 1) + 0.5)
    }
    let shades: [Character: Character] = [" ": "░", "█": "▓"]
    return String(
      bar.enumerated().map { index, character in
        cell(band.low)...cell(band.high) ~= index ? shades[character] ?? character : character
      })
  }

  /// "███▌": a length of 1 fills the room, to an eighth of a character.
  static func bar(_ length: Double, room: Int) -> String {
    let share = length.isNaN ? 0 : min(max(length, 0), 1)
    let eighths = Int((share * Double(room) * 8).rounded())
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + part
  }
}
