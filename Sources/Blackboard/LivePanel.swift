import Foundation

/// A few lines on standard error that show how something is going. On a terminal they are drawn over
/// and over in the same place; elsewhere one plain line is written, every ten seconds.
public struct LivePanel {
  private let isTerminal: Bool
  private let write: (String) -> Void
  private var drawn = 0
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

  /// Columns that the lines may fill.
  public var width: Int { min(100, Terminal.columns(of: STDERR_FILENO) - 1) }

  /// - Parameters:
  ///   - lines: for a terminal; each is cut at its edge.
  ///   - plain: for a pipe or file.
  ///   - isLast: shown however soon it comes.
  public mutating func show(_ lines: [String], plain: String, isLast: Bool = false) {
    let now = Date()
    let pause = isTerminal ? 0.1 : 10
    if let lastShown, !isLast, now.timeIntervalSince(lastShown) < pause { return }
    lastShown = now
    guard isTerminal else { return write(plain + "\n") }
    let shown = lines.map { "\u{1B}[K" + $0.prefix(width) + "\n" }.joined()
    write((drawn > 0 ? "\u{1B}[\(drawn)A" : "") + shown + "\u{1B}[J")
    drawn = lines.count
  }

  /// Takes the lines away, to make room for a result.
  public mutating func clear() {
    guard isTerminal, drawn > 0 else { return }
    write("\u{1B}[\(drawn)A\u{1B}[J")
    drawn = 0
  }
}
