import FlyingSocks
import Foundation

/// One client's connection: bytes in both directions, each wait with a deadline.
///
/// FlyingSocks waits for sockets; what bounds a client is here, since its HTTP server has no limit
/// on the length of a head, of a body or of a WebSocket frame.
final class Connection: @unchecked Sendable {
  let socket: Socket
  let pool: any AsyncSocketPool
  var buffer: [UInt8] = []  // bytes that were received and not yet read, from `start` on
  var start = 0
  let lock = NSLock()
  private var deadline: ContinuousClock.Instant?
  private var isClosed = false
  var isIdle = false
  /// Where the client is, for messages.
  let peer: String

  init(_ socket: Socket, pool: any AsyncSocketPool) throws {
    (self.socket, self.pool) = (socket, pool)
    peer = (try? socket.remotePeer()).map { "\($0)" } ?? "a client"
    try socket.setFlags(.nonBlocking)
    // A reply is small and is waited for: it leaves at once.
    try socket.setValue(true, for: BoolSocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY))
  }

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
  func waiting<Result>(
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
