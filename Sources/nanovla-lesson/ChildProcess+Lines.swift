import Foundation

extension ChildProcess {
  /// Calls `eachLine` with each line that can be read from `descriptor`, up to its end.
  func readLines(from descriptor: Int32, _ eachLine: (String) -> Void) {
    var pending: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      pending += buffer[..<count]
      while let newline = pending.firstIndex(of: 10) {
        eachLine(String(decoding: pending[..<newline], as: UTF8.self))
        pending.removeSubrange(...newline)
      }
    }
    if !pending.isEmpty { eachLine(String(decoding: pending, as: UTF8.self)) }
  }
}
