/// Numbers as a line of small bars, such as "▁▂▅▇█".
///
/// A sparkline has no axes of its own: the text or column title beside it names the quantity and its
/// range.
public enum Sparkline {
  private static let blocks = Array("▁▂▃▄▅▆▇█")

  /// One bar for each number, the highest for `top` or more and the lowest for 0, less, or NaN.
  public static func bars(_ values: [Double], top: Double = 1) -> String {
    String(
      values.map { value in
        let share = value.isNaN || top <= 0 ? 0 : min(max(value / top, 0), 1)
        return blocks[Int((share * Double(blocks.count - 1)).rounded())]
      })
  }

  /// At most `width` bars; a longer curve is averaged over neighboring values.
  public static func curve(_ values: [Double], top: Double = 1, width: Int) -> String {
    let width = max(1, width)
    guard values.count > width else { return bars(values, top: top) }
    return bars(
      (0..<width).map { column in
        let part = values[column * values.count / width..<(column + 1) * values.count / width]
        return part.reduce(0, +) / Double(part.count)
      }, top: top)
  }

  /// One bar for each count, relative to the largest, and a dot for a count of 0.
  public static func histogram(_ counts: [Int]) -> String {
    let top = Double(counts.max() ?? 0)
    return counts.map { $0 == 0 ? "·" : bars([Double($0)], top: top) }.joined()
  }
}
