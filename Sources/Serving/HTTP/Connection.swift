import FlyingSocks
import Foundation

/// One client's connection: bytes in both directions, each wait with a deadline.
///
/// FlyingSocks waits for sockets; what bounds a client is here, since its HTTP server has no limit
/// on the length of a head, of a body or of a WebSocket frame.
final class Connection: @unchecked Sendable {
  private let socket: Socket
  private let pool: any AsyncSocketPool
  private var buffer: [UInt8] = []  // bytes that were received and not yet read, from `start` on
  private var start = 0
  private let lock = NSLock()
  private var deadline: ContinuousClock.Instant?
  private var isClosed = false
  private var isIdle = false
  /// Where the client is, for messages.
  let peer: String

  init(_ socket: Socket, pool: any AsyncSocketPool) throws {
    (self.socket, self.pool) = (socket, pool)
    peer = (try? socket.remotePeer()).map { "\($0)" } ?? "a client"
    try socket.setFlags(.nonBlocking)
    // A reply is small and is waited for: it leaves at once.
    try socket.setValue(true, for: BoolSocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY))
  }

  // MARK: - Reading

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

  // MARK: - Writing

  func write(_ data: Data, within time: Duration) async throws {
    try await waiting(time) {
      var sent = data.startIndex
      while sent < data.endIndex {
        do {
          sent = try socket.write(data, from: sent)
        } catch SocketError.blocked {
          try await pool.suspendSocket(socket, untilReadyFor: .write)
        }
      }
    }
  }

  // MARK: - Ending

  /// Runs `body`; if it takes longer than `time`, the watch closes the connection.
  private func waiting<Result>(
    _ time: Duration, isIdle: Bool = false, _ body: () async throws -> Result
  ) async throws -> Result {
    lock.withLock { (deadline, self.isIdle) = (.now + time, isIdle) }
    defer { lock.withLock { (deadline, self.isIdle) = (nil, false) } }
    do {
      return try await body()
    } catch {
      throw lock.withLock { isClosed } ? ConnectionError.timedOut : error
    }
  }

  /// Closes the connection if its client has kept it waiting for too long.
  func closeIfLate(now: ContinuousClock.Instant) {
    let isLate = lock.withLock { () -> Bool in
      guard let deadline, now > deadline, !isClosed else { return false }
      isClosed = true
      return true
    }
    if isLate { shutdown(socket.file.rawValue, Int32(SHUT_RDWR)) }
  }

  /// Ends a wait for a client's next request, when the server stops.
  func interruptIfIdle() {
    if lock.withLock({ isIdle }) { shutdown(socket.file.rawValue, Int32(SHUT_RD)) }
  }

  func close() { try? socket.close() }
}
