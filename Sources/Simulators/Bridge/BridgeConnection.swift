import Foundation

/// A moment after which nobody waits any longer, on a clock that nobody can set.
struct Deadline {
  private let end: DispatchTime

  init(in seconds: Double) { end = .now() + seconds }

  /// At least 0.
  var milliseconds: Int32 {
    let (now, end) = (DispatchTime.now().uptimeNanoseconds, end.uptimeNanoseconds)
    return now >= end ? 0 : Int32(clamping: (end - now) / 1_000_000 + 1)
  }
}

/// Why a ``BridgeConnection`` gave up.
enum ConnectionError: Error {
  case closed, late
  case longLine(Data)
}

/// One end of a pair of connected sockets: bytes in both directions, never waiting past a deadline.
final class BridgeConnection {
  private let descriptor: Int32
  private var buffer = Data()

  /// Owns `descriptor`, and closes it at the end.
  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Two connected ends: ours, and a descriptor for a child's standard input and output.
  static func pair() throws -> (ours: BridgeConnection, theirs: FileHandle) {
    var ends: [Int32] = [0, 0]
    #if os(Linux)
      let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw BridgeError.noPython("", "no socket: \(String(cString: strerror(errno)))")
    }
    // Other children must not inherit our end, or this one would never see that we closed it.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    #if !os(Linux)
      var yes: Int32 = 1
      setsockopt(ends[0], SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
    #endif
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    return (
      BridgeConnection(ends[0]), FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    )
  }

  /// Sends all of `data`.
  func send(_ data: Data, before deadline: Deadline) throws {
    #if os(Linux)
      let flags = Int32(MSG_NOSIGNAL)
    #else
      let flags: Int32 = 0
    #endif
    var sent = 0
    try data.withUnsafeBytes { raw in
      while sent < raw.count {
        let count = Foundation.send(descriptor, raw.baseAddress! + sent, raw.count - sent, flags)
        if count > 0 {
          sent += count
        } else if errno == EAGAIN {
          try wait(for: Int16(POLLOUT), before: deadline)
        } else if errno != EINTR {
          throw ConnectionError.closed
        }
      }
    }
  }

  /// The next line, without its end.
  func line(atMost limit: Int, before deadline: Deadline) throws -> Data {
    var searched = 0
    while true {
      if let end = buffer.dropFirst(searched).firstIndex(of: 10) {
        return take(end - buffer.startIndex, skipping: 1)
      }
      searched = buffer.count
      guard buffer.count <= limit else { throw ConnectionError.longLine(buffer.prefix(200)) }
      try fill(before: deadline)
    }
  }

  /// The next `count` bytes.
  func bytes(_ count: Int, before deadline: Deadline) throws -> Data {
    while buffer.count < count { try fill(before: deadline) }
    return take(count, skipping: 0)
  }

  private func take(_ count: Int, skipping: Int) -> Data {
    let taken = Data(buffer.prefix(count))
    buffer = Data(buffer.dropFirst(count + skipping))
    return taken
  }

  private func fill(before deadline: Deadline) throws {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count > 0 { return buffer.append(contentsOf: chunk[0..<count]) }
      guard count < 0, errno == EAGAIN || errno == EINTR else { throw ConnectionError.closed }
      if errno == EAGAIN { try wait(for: Int16(POLLIN), before: deadline) }
    }
  }

  private func wait(for event: Int16, before deadline: Deadline) throws {
    var poll = pollfd(fd: descriptor, events: event, revents: 0)
    let left = deadline.milliseconds
    guard left > 0 else { throw ConnectionError.late }
    _ = Foundation.poll(&poll, 1, left)
  }
}
