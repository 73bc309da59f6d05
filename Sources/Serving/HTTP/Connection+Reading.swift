import FlyingSocks
import Foundation

/// Reading from a client: never more than was asked for, and a piece of 64 kB.
extension Connection {
  /// Waits for the first byte of a client's next request. A server that stops does not.
  func waitForRequest(within time: Duration) async throws {
    try await waiting(time, isIdle: true) {
      while buffer.count == start { try await receive() }
    }
  }

  /// The next `count` bytes.
  func read(_ count: Int, within time: Duration) async throws -> [UInt8] {
    try await waiting(time) {
      while buffer.count - start < count { try await receive() }
    }
    defer { drop(count) }
    return Array(buffer[start..<start + count])
  }

  /// The bytes up to and with the first `end`.
  /// - Throws: ``ConnectionError/headTooLong`` if there is none within the first `limit`.
  func read(through end: [UInt8], limit: Int, within time: Duration) async throws -> [UInt8] {
    var searched = start
    return try await waiting(time) {
      while true {
        if let found = Self.first(end, in: buffer[searched...]) {
          defer { drop(found + end.count - start) }
          return Array(buffer[start..<found + end.count])
        }
        guard buffer.count - start < limit else { throw ConnectionError.headTooLong }
        searched = max(start, buffer.count - end.count + 1)
        let offset = searched - start
        try await receive()
        searched = start + offset
      }
    }
  }

  /// Whether bytes arrive within `time`.
  func hasBytes(within time: Duration) async throws -> Bool {
    if buffer.count > start { return true }
    let socket = socket
    let pool = pool
    let arrived = await withTaskGroup(of: Bool.self) { group in
      group.addTask { (try? await pool.suspendSocket(socket, untilReadyFor: .read)) != nil }
      group.addTask {
        try? await Task.sleep(for: time)
        return false
      }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
    return arrived
  }

  private static func first(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    var position = bytes.startIndex
    while bytes.endIndex - position >= pattern.count,
      let next = bytes[position...].firstIndex(of: pattern[0]),
      bytes.endIndex - next >= pattern.count
    {
      if bytes[next..<next + pattern.count].elementsEqual(pattern) { return next }
      position = next + 1
    }
    return nil
  }

  private func receive() async throws {
    if start > 0, start == buffer.count || start > 1 << 16 {
      buffer.removeFirst(start)
      start = 0
    }
    while true {
      do {
        buffer += try socket.read(atMost: 1 << 16)
        lock.withLock { isIdle = false }
        return
      } catch SocketError.blocked {
        try await pool.suspendSocket(socket, untilReadyFor: .read)
      }
    }
  }

  private func drop(_ count: Int) { start += count }
}
