/// Why a connection ended before its time.
enum ConnectionError: Error {
  case headTooLong, timedOut
}

/// How long a server waits.
struct ConnectionTime: Sendable {
  /// A head, a body, a frame or a reply may be on its way so long.
  let patience: Duration
  /// A connection may wait so long for its client's next request.
  let silence: Duration
}
