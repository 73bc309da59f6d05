import Foundation

/// A few lines on standard error about the state of long work: redrawn in place on a terminal, and
/// one plain line every ten seconds elsewhere.
public struct LivePanel {
  private let isTerminal: Bool
  private let write: (String) -> Void
  private var drawnLines = 0
  private var lastShown: Date?

  public init() {
    let terminal = ProcessInfo.processInfo.environment["TERM"] ?? "dumb"
    self.init(isTerminal: isatty(STDERR_FILENO) == 1 && terminal != "dumb") { text in
      try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
  }

  init(isTerminal: Bool, write: @escaping (String) -> Void) {
    (self.isTerminal, self.write) = (isTerminal, write)
  }

  /// The width of a line in characters.
  public var width: Int { min(100, Terminal.columns(of: STDERR_FILENO) - 1) }

  /// Shows a new state, unless the last one is too recent.
  /// - Parameters:
  ///   - lines: for a terminal; each is cut at the edge.
  ///   - plain: for a pipe or file.
  ///   - isLast: if true, the state is shown in any case.
  public mutating func show(_ lines: [String], plain: String, isLast: Bool = false) {
    guard Progress.isShown else { return }
    let now = Date()
    let pause = isTerminal ? 0.1 : 10
    if let lastShown, !isLast, now.timeIntervalSince(lastShown) < pause { return }
    lastShown = now
    guard isTerminal else { return write(plain + "\n") }
    let shown = lines.map { "\u{1B}[K" + $0.prefix(width) + "\n" }.joined()
    write((drawnLines > 0 ? "\u{1B}[\(drawnLines)A" : "") + shown + "\u{1B}[J")
    drawnLines = lines.count
  }

  /// Removes the lines from a terminal, to make room for a result.
  public mutating func clear() {
    guard isTerminal, drawnLines > 0 else { return }
    write("\u{1B}[\(drawnLines)A\u{1B}[J")
    drawnLines = 0
  }
}
