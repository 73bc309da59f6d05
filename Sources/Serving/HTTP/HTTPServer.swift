import FlyingSocks
import Foundation

/// Accepts connections and reads their requests; what is answered is the handler's.
final class HTTPServer: @unchecked Sendable {
  /// Answers one request of a connection, or takes the connection over (a WebSocket) and returns nil.
  typealias Handler = @Sendable (HTTPRequest, Data, Connection) async throws -> HTTPReply?

  /// Where the server listens; port 0 of a request becomes the one that was given.
  let port: UInt16
  private let socket: Socket
  let pool: any AsyncSocketPool = .make(maxEvents: 64)
  let handler: Handler
  let most: Int
  let time: ConnectionTime
  let lock = NSLock()
  var open: [ObjectIdentifier: Connection] = [:]
  private var stopping = false

  /// Begins to listen.
  /// - Throws: ``ServingError`` if the address is taken or no address of this machine.
  /// - Parameter connections: how many there may be at once; more are turned away with status 503.
  init(
    host: String, port: UInt16, connections: Int, time: ConnectionTime, handler: @escaping Handler
  ) throws {
    (most, self.time, self.handler) = (connections, time, handler)
    do {
      if host.contains(":") {
        socket = try Socket(domain: AF_INET6)
        try socket.setValue(true, for: .localAddressReuse)
        try socket.bind(to: sockaddr_in6.inet6(ip6: host, port: port))
      } else {
        socket = try Socket(domain: AF_INET)
        try socket.setValue(true, for: .localAddressReuse)
        try socket.bind(to: sockaddr_in.inet(ip4: host, port: port))
      }
      try socket.listen()
      self.port = try Self.port(of: socket)
    } catch { throw ServingError("cannot listen on \(host), port \(port): \(error)") }
  }

  private static func port(of socket: Socket) throws -> UInt16 {
    switch try socket.sockname() {
    case .ip4(_, let port), .ip6(_, let port): port
    default: 0
    }
  }

  var isStopping: Bool { lock.withLock { stopping } }

  /// Begins to serve, on threads of its own; the task ends after ``stop()``, once what runs is
  /// finished.
  func start() -> Task<Void, any Error> {
    if #available(macOS 15, *) {
      return Task(executorPreference: ServerThreads()) { try await self.run() }
    }
    return Task { try await self.run() }
  }

  private func run() async throws {
    try await pool.prepare()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [pool] in try? await pool.run() }
      group.addTask { await self.watch() }
      await acceptConnections()
      group.cancelAll()
    }
  }

  /// Until the server stops, and all connections have ended.
  private func acceptConnections() async {
    await withDiscardingTaskGroup { group in
      let listening = try? AsyncSocket(socket: socket, pool: pool)
      while !isStopping, let client = try? await listening?.accept() {
        guard !isStopping else {
          try? client.close()
          break
        }
        group.addTask { await self.serve(client.socket) }
      }
    }
  }

  /// Accepts no more connections; requests that are being answered are finished.
  func stop() {
    lock.withLock { stopping = true }
    shutdown(socket.file.rawValue, Int32(SHUT_RDWR))  // ends the wait for connections
  }

  /// Closes the connections that are late, and those that are idle when the server stops.
  private func watch() async {
    while !Task.isCancelled {
      let (connections, stopping) = lock.withLock { (Array(open.values), self.stopping) }
      let now = ContinuousClock.now
      for connection in connections {
        connection.closeIfLate(now: now)
        if stopping { connection.interruptIfIdle() }
      }
      try? await Task.sleep(for: .milliseconds(stopping ? 20 : 250))
    }
  }
}

/// Why a server cannot start.
public struct ServingError: Error, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
