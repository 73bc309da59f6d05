import Foundation

/// Selects what to show of SwiftPM's output, line by line.
struct BuildReport {
  /// What is built, "lesson 3".
  let name: String
  let isTerminal: Bool
  let start: Date
  private(set) var productIsUnknown = false

  private var isAnnounced = false
  private var progressIsShown = false
  private var messages: Set<String> = []
  private var skipsMessage = false

  init(_ name: String, isTerminal: Bool, start: Date = Date()) {
    (self.name, self.isTerminal, self.start) = (name, isTerminal, start)
  }

  /// The text to print for `line`; empty if there is nothing to print.
  mutating func shown(_ line: String, now: Date) -> String {
    if line.contains("no product named") { productIsUnknown = true }
    if line.starts(with: #/\[\d+/\d+\]|Building for |Build of product |Build complete!/#) {
      skipsMessage = false
      return progress(line, seconds: now.timeIntervalSince(start))
    }
    // The compiler reports an error once for the module and once for the file.
    if line.contains(#/:\d+:\d+: (error|warning|note): |^(error|warning): /#) {
      skipsMessage = !messages.insert(line).inserted
    }
    return skipsMessage ? "" : end() + line + "\n"
  }

  private mutating func progress(_ line: String, seconds: Double) -> String {
    guard seconds > (isTerminal ? 2 : 5) else { return "" }
    let title = isAnnounced ? "" : "Building \(name) …\n"
    isAnnounced = true
    progressIsShown = isTerminal
    return title + (isTerminal ? "\r\u{1b}[K" + line.prefix(72) : line + "\n")
  }

  /// The escape codes that clear a progress line; empty if none is shown.
  mutating func end() -> String {
    defer { progressIsShown = false }
    return progressIsShown ? "\r\u{1b}[K" : ""
  }
}
