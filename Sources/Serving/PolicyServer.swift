/// A policy behind a port: one server for the clients of OpenVLA, openpi and vla-eval.
///
///     POST /act                OpenVLA and OpenVLA-OFT (``ActProtocol``)
///     WebSocket /              openpi, or vla-eval if the client speaks first
///     WebSocket /openpi, /vla-eval     either by name
///     GET  /health, /healthz, /metadata, /metrics
public final class PolicyServer: Sendable {
  public struct Settings: Sendable {
    public var host: String
    /// 0 takes a free port (``PolicyServer/port``).
    public var port: UInt16
    /// What clients must send as `Authorization: Bearer …` or `Api-Key …`; nil asks for nothing.
    public var token: String?
    /// How many requests may wait or run; more are answered with status 503.
    public var queueLength: Int
    /// Connections at once; more are turned away.
    public var connections = 256
    /// How long a request or a reply may be on its way, in seconds.
    public var patience = 20.0
    /// How long a connection may wait for a client's next request, in seconds.
    public var silence = 600.0

    public init(
      host: String = "127.0.0.1", port: UInt16 = 8000, token: String? = nil, queueLength: Int = 64
    ) {
      (self.host, self.port) = (host, port)
      (self.token, self.queueLength) = (token, queueLength)
    }

    /// Whether only programs of this machine reach the server.
    public var isLoopback: Bool {
      host.hasPrefix("127.") || host == "::1" || host == "localhost"
    }
  }

  private let server: HTTPServer
  /// The port at which the server listens.
  public var port: UInt16 { server.port }

  /// Begins to listen; ``start()`` answers.
  /// - Throws: ``ServingError`` if the address is taken, or is open to others without a token.
  public init(_ served: ServedPolicy, _ settings: Settings = .init()) throws {
    guard settings.isLoopback || settings.token != nil else {
      throw ServingError(
        "\(settings.host) is open to other machines: give a token in a file (--token-file)")
    }
    let doors = Doors(served: served, settings)
    let host = settings.host == "localhost" ? "127.0.0.1" : settings.host
    server = try HTTPServer(
      host: host, port: settings.port, connections: settings.connections, time: settings.time
    ) { request, body, connection in
      try await doors.reply(to: request, body, on: connection)
    }
  }

  /// Begins to serve; the task ends after ``stop()``.
  @discardableResult
  public func start() -> Task<Void, any Error> { server.start() }

  /// Ends the server: no new connections or requests; what runs is finished.
  public func stop() { server.stop() }
}

extension PolicyServer.Settings {
  var time: ConnectionTime {
    ConnectionTime(patience: .seconds(patience), silence: .seconds(silence))
  }
}
