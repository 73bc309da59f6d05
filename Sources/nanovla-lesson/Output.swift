import Foundation

// Both write without a buffer, so that this program's lines and a lesson's appear in order.
func standardError(_ text: String) { write(text, to: STDERR_FILENO) }
func standardOutput(_ text: String) { write(text, to: STDOUT_FILENO) }

private func write(_ text: String, to descriptor: Int32) {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    if written < 0 && errno == EINTR { continue }
    guard written > 0 else { return }  // the reader has closed the pipe
    rest = rest.dropFirst(written)
  }
}
