import Foundation

/// How far a long piece of work is, on standard error: one line that is overwritten on a terminal,
/// a line every ten seconds elsewhere. Work of under two seconds passes in silence.
struct Progress {
  private let start = Date()
  private var lastReport = Date()
  private let isTerminal = isatty(STDERR_FILENO) == 1

  /// - Parameters:
  ///   - done, total: steps of equal length.
  ///   - unit: what the steps are.
  ///   - note: how well it goes.
  mutating func report(_ done: Int, of total: Int, _ unit: String, _ note: String = "") {
    let now = Date()
    let isLast = done == total
    let pause = isTerminal ? (lastReport == start ? 2 : 0.5) : 10
    guard now.timeIntervalSince(start) > 2 else { return }
    guard isLast || now.timeIntervalSince(lastReport) > pause else { return }
    lastReport = now
    let remaining = now.timeIntervalSince(start) * Double(total - done) / Double(done)
    let seconds =
      isLast ? "\(Int(now.timeIntervalSince(start))) s" : "\(Int(remaining) + 1) s to go"
    let line = "\(done) of \(total) \(unit), \(seconds)\(note.isEmpty ? "" : ", \(note)")"
    let text = isTerminal ? "\r\u{1B}[K\(line.prefix(78))\(isLast ? "\n" : "")" : line + "\n"
    FileHandle.standardError.write(Data(text.utf8))
  }
}
