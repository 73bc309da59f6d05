import Files
import Foundation

/// The page and its server: files by HTTP, everything else by a WebSocket.
///
///     GET /, /style.css, /play.js, /simulator.js     the page
///     WebSocket /play                                one ``PlaySession``: requests and states as JSON
///     GET /health
public final class PlayServer: Sendable {
  private let server: HTTPServer
  public var port: UInt16 { server.port }

  /// Listens on this machine alone.
  /// - Throws: ``ServingError`` if the port is taken, `MissingResource` without the page's files.
  public init(_ room: PlayRoom, port: UInt16) throws {
    let page = try PlayPage()
    let queue = InferenceQueue(length: 64)
    server = try HTTPServer(
      host: "127.0.0.1", port: port, connections: 64,
      time: ConnectionTime(patience: .seconds(20), silence: .seconds(3600))
    ) { request, _, connection in
      // A page of another site may not speak to this server through the person's browser.
      let hosts = ["127.0.0.1", "localhost"]
      let host = request.headers["host", default: ""].split(separator: ":").first.map(String.init)
      let origin = request.headers["origin"].flatMap { URL(string: $0)?.host }
      guard let host, hosts.contains(host), origin.map(hosts.contains) ?? true else {
        throw HTTPProblem(.unauthorized, "open http://127.0.0.1 in a browser on this machine")
      }
      if request.wantsWebSocket {
        guard request.path == "/play" else {
          throw HTTPProblem(.notFound, "a WebSocket is at /play")
        }
        try await Self.play(room, queue, request, connection)
        return nil
      }
      guard request.method == "GET" else { throw HTTPProblem(.methodNotAllowed, "GET") }
      if request.path == "/health" { return HTTPReply(json: #"{"status":"ok"}"#) }
      return try page.reply(request.path)
    }
  }

  /// Begins to serve; the task ends after ``stop()``.
  @discardableResult
  public func start() -> Task<Void, any Error> { server.start() }
  /// Ends the server.
  public func stop() { server.stop() }

  private static func play(
    _ room: PlayRoom, _ queue: InferenceQueue, _ request: HTTPRequest, _ connection: Connection
  ) async throws {
    let time = ConnectionTime(patience: .seconds(20), silence: .seconds(3600))
    try await connection.write(
      WebSocket.handshake(request).data(keepsAlive: true), within: time.patience)
    let socket = WebSocket(connection: connection, time: time)
    let session = PlaySession(room)
    do {
      while let message = try await socket.next() {
        guard case .text(let text) = message else { continue }
        try await socket.send(await reply(to: text, session, queue))
      }
    } catch let error as WebSocketError {
      try? await socket.close(error.code, error.message)
    } catch { try? await socket.close(.goingAway, "") }
  }

  /// A state as text, a film as bytes, or `{"error": …, "state": …}`.
  private static func reply(
    to text: String, _ session: PlaySession, _ queue: InferenceQueue
  ) async -> WebSocket.Message {
    do {
      let request = try PlayRequest(text, for: session.now.world.space)
      if case .film = request { return .binary(try await queue { session.film() }) }
      return .text(try await queue { try JSONWriter.text(session(request), spaced: false) })
    } catch {
      let state = try? await queue { try JSONWriter.text(session.state, spaced: false) }
      let line = JSONWriter.quoted(line(of: error))
      return .text(#"{"error":\#(line),"state":\#(state ?? "null")}"#)
    }
  }
}

/// The page's files, which are resources.
struct PlayPage: Sendable {
  private let files: [String: HTTPReply]

  init() throws {
    let folder = try BundledFolder.locate(
      bundle: "nanoVLA_Serving", folder: "Page", source: #filePath)
    func read(_ name: String, _ type: String) throws -> HTTPReply {
      let data = try Data(regularFile: folder.appending(path: name), limit: 1 << 20)
      var reply = HTTPReply(text: String(decoding: data, as: UTF8.self), type: type)
      reply.headers = [
        (
          "Content-Security-Policy",
          "default-src 'self'; img-src 'self' data: blob:; base-uri 'none'"
        ),
        ("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff"),
      ]
      return reply
    }
    files = [
      "/": try read("index.html", "text/html; charset=utf-8"),
      "/style.css": try read("style.css", "text/css; charset=utf-8"),
      "/play.js": try read("play.js", "text/javascript; charset=utf-8"),
      "/simulator.js": try read("simulator.js", "text/javascript; charset=utf-8"),
    ]
  }

  func reply(_ path: String) throws -> HTTPReply {
    if path == "/favicon.ico" { return HTTPReply(text: "", type: "image/x-icon") }
    guard let reply = files[path] else { throw HTTPProblem(.notFound, "the page is at /") }
    return reply
  }
}
