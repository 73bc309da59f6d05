import Foundation

/// A live view of learning from outcomes: how many rollouts of each group succeed, and the success
/// rate of each iteration so far.
public struct LearningDisplay {
  private var panel = LivePanel()
  private let start = Date()
  private let first: Int

  /// - Parameter first: iterations that an earlier part of the run has done.
  public init(after first: Int = 0) { self.first = first }

  /// Shows the state after an iteration.
  /// - Parameters:
  ///   - done, total: iterations.
  ///   - successes: the number of successful rollouts in each group.
  ///   - groupSize: rollouts in a group.
  ///   - curve: the success rate of each iteration so far, 0 to 1.
  ///   - note: other measurements, in one line; may be empty.
  public mutating func show(
    _ done: Int, of total: Int, successes: [Int], groupSize: Int, curve: [Double], note: String = ""
  ) {
    let seconds = Date().timeIntervalSince(start)
    let remaining = Int(seconds * Double(total - done) / Double(max(done - first, 1))) + 1
    let time = done == total ? "\(Int(seconds)) s" : "\(remaining) s to go"
    let title = "iteration \(done) of \(total), \(time)"
    let withSignal = successes.count { 0 < $0 && $0 < groupSize }
    let signal = "\(withSignal) of \(successes.count) groups have signal"
    let rate = curve.last.map { String(format: "%.2f", $0) } ?? "–"
    let counts = (0...groupSize).map { count in successes.count { $0 == count } }
    let labels = [
      "successes of each group, 0 to \(groupSize)", "groups with 0 to \(groupSize) successes",
      "success rate (0 to 1) by iteration",
    ]
    let room = (labels.map(\.count).max() ?? 0) + 2
    let plots = [
      Sparkline.bars(successes.map(Double.init), top: Double(groupSize)),
      "\(Sparkline.histogram(counts))  \(signal)",
      "\(Sparkline.curve(curve, width: panel.width - room - rate.count - 2))  \(rate)",
    ]
    let notes = note.isEmpty ? [] : [note]
    panel.show(
      [title] + zip(labels, plots).map { $0.padded(to: room) + $1 } + notes,
      plain: (["\(title), success rate \(rate), \(signal)"] + notes).joined(separator: ", "),
      isLast: done == total)
  }

  /// Removes the display from a terminal, to make room for a result.
  public mutating func clear() { panel.clear() }
}
