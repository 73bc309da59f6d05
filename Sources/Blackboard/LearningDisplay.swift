import Foundation

/// Learning from outcomes to watch: which starts went how well, and the curve as it grows.
public struct LearningDisplay {
  private var panel = LivePanel()
  private let began = Date()
  private let first: Int

  /// - Parameter first: iterations that an earlier part of the run has done.
  public init(after first: Int = 0) { self.first = first }

  /// - Parameters:
  ///   - done, total: iterations.
  ///   - successes: of each start, how many of its `size` tries succeeded.
  ///   - curve: success of each iteration so far.
  ///   - note: what else is worth knowing.
  public mutating func show(
    _ done: Int, of total: Int, successes: [Int], size: Int, curve: [Double], note: String
  ) {
    let seconds = Date().timeIntervalSince(began)
    let remaining = Int(seconds * Double(total - done) / Double(max(done - first, 1))) + 1
    let time = done == total ? "\(Int(seconds)) s" : "\(remaining) s to go"
    let kept = successes.count { 0 < $0 && $0 < size }
    let counts = (0...size).map { count in successes.count { $0 == count } }
    let now = curve.last.map { String(format: "%.2f", $0) } ?? "–"
    let each = Sparkline.bars(successes.map(Double.init), top: Double(size))
    panel.show(
      [
        "iteration \(done) of \(total), \(time)",
        "each start  \(each)",
        "0 … \(size) of \(size)  \(Sparkline.histogram(counts))  \(kept) of \(successes.count) starts kept",
        "success     \(Sparkline.curve(curve, width: panel.width - 20))  \(now)",
        note,
      ],
      plain: "iteration \(done) of \(total), \(time), success \(now), "
        + "\(kept) of \(successes.count) starts kept, \(note)",
      isLast: done == total)
  }

  /// Takes the display away, to make room for a result.
  public mutating func clear() { panel.clear() }
}
