import Foundation

/// The last line that a process printed on standard error.
final class LastLine: @unchecked Sendable {
  private let changed = NSCondition()
  private var bytes = Data()
  private var isWhole = false

  func append(_ data: Data) {
    changed.withLock { bytes = Data((bytes + data).suffix(4096)) }
  }

  func end() {
    changed.withLock {
      isWhole = true
      changed.broadcast()
    }
  }

  var text: String {
    let lines = changed.withLock { String(decoding: bytes, as: UTF8.self) }
      .split(whereSeparator: \.isNewline)
    return lines.last { $0.contains { !$0.isWhitespace } }.map(String.init) ?? ""
  }

  /// The same once all has arrived that a dead process printed. A process that it started may hold its
  /// standard error open, so the wait has an end.
  var whole: String {
    let deadline = Date(timeIntervalSinceNow: 5)
    changed.withLock { while !isWhole && changed.wait(until: deadline) {} }
    return text
  }
}
