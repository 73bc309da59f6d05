/// Numbers as a line of small bars: "▁▂▅▇█".
public enum Sparkline {
  private static let blocks = Array("▁▂▃▄▅▆▇█")

  /// One character a number: 0 (or less, or NaN) is the lowest bar, `top` the highest.
  public static func bars(_ values: [Double], top: Double = 1) -> String {
    String(
      values.map { value in
        let share = value.isNaN || top <= 0 ? 0 : min(max(value / top, 0), 1)
        return blocks[Int((share * Double(blocks.count - 1)).rounded())]
      })
  }

  /// A curve that grows until it fills `width` characters; then neighbours share one, by their mean.
  public static func curve(_ values: [Double], top: Double = 1, width: Int) -> String {
    let width = max(1, width)
    guard values.count > width else { return bars(values, top: top) }
    return bars(
      (0..<width).map { column in
        let part = values[column * values.count / width..<(column + 1) * values.count / width]
        return part.reduce(0, +) / Double(part.count)
      }, top: top)
  }

  /// How often each of 0, 1, … occurred: an empty place for never, a bar from 1 on.
  public static func histogram(_ counts: [Int]) -> String {
    let top = Double(counts.max() ?? 0)
    return counts.map { $0 == 0 ? "·" : bars([Double($0)], top: top) }.joined()
  }
}
