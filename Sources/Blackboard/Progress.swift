import Foundation

/// The progress of long work on standard error: one line that is overwritten on a terminal, and a line
/// every ten seconds elsewhere. Work of less than two seconds prints nothing.
public struct Progress {
  /// Whether any progress is shown, also by ``LivePanel``. Of several processes that share one work,
  /// one shows it.
  public nonisolated(unsafe) static var isShown = true

  private let start = Date()
  private var lastReport: Date?
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let first: Int

  /// - Parameter first: steps that an earlier part of the work has done.
  public init(after first: Int = 0) { self.first = first }

  /// Prints the progress if enough time has passed since the last report.
  /// - Parameters:
  ///   - done, total: numbers of steps of similar length.
  ///   - unit: the name of a step, in the plural.
  ///   - note: a measurement, such as the loss.
  public mutating func report(
    _ done: Int, of total: Int, _ unit: String, _ note: @autoclosure () -> String = ""
  ) {
    let now = Date()
    guard Self.isShown else { return }
    let isLast = done == total && lastReport != nil
    let pause = isTerminal ? 0.3 : 10
    guard
      isLast || now.timeIntervalSince(lastReport ?? start) > max(pause, lastReport == nil ? 2 : 0)
    else { return }
    lastReport = now
    let seconds = now.timeIntervalSince(start)
    let remaining = Int(seconds * Double(total - done) / Double(max(done - first, 1))) + 1
    let note = note()
    let line =
      "\(done) of \(total) \(unit), "
      + (isLast ? "\(Int(seconds)) s" : "\(remaining) s to go") + (note.isEmpty ? "" : ", \(note)")
    let end = isLast ? "\r\u{1B}[K" : ""  // clears the line for the result
    let text =
      isTerminal
      ? "\r\u{1B}[K\(line.prefix(Terminal.columns(of: STDERR_FILENO) - 1))\(end)" : line + "\n"
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
