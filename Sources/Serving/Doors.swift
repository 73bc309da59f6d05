import Files
import Foundation
import NanoVLA

/// What answers a request: by its path.
final class Doors: @unchecked Sendable {
  let served: ServedPolicy
  let token: String?
  let time: ConnectionTime
  let queue: InferenceQueue
  let metrics = Metrics()

  init(served: ServedPolicy, _ settings: PolicyServer.Settings) {
    (self.served, token, time) = (served, settings.token, settings.time)
    queue = InferenceQueue(length: settings.queueLength)
  }

  func reply(
    to request: HTTPRequest, _ body: Data, on connection: Connection
  ) async throws -> HTTPReply? {
    if !["/health", "/healthz"].contains(request.path) { try authorize(request) }
    if request.wantsWebSocket { return try await openSocket(request, on: connection) }
    switch (request.method, request.path) {
    case ("GET", "/health"): return HTTPReply(json: #"{"status":"ok"}"#)
    case ("GET", "/healthz"): return HTTPReply(text: "OK\n")
    case ("GET", "/metadata"): return HTTPReply(json: try ServedMetadata(served).json)
    case ("GET", "/metrics"):
      return HTTPReply(text: metrics.text(waiting: queue.count), type: Metrics.type)
    case ("POST", "/act"): return try await act(body)
    case (_, "/act"), (_, "/health"), (_, "/healthz"), (_, "/metadata"), (_, "/metrics"):
      throw HTTPProblem(
        .methodNotAllowed, request.path == "/act" ? "POST /act" : "GET \(request.path)")
    case (_, "/"):
      throw HTTPProblem(.upgradeRequired, "connect a WebSocket here, or POST to /act")
    default:
      throw HTTPProblem(
        .notFound, "there are POST /act, GET /health, /metadata, /metrics, and a WebSocket at /")
    }
  }

  private func act(_ body: Data) async throws -> HTTPReply {
    let start = ContinuousClock.now
    var result = "error"
    defer { metrics.count("act", result, seconds: (.now - start) / .seconds(1)) }
    do {
      let reply = try await ActProtocol(served: served, queue: queue).reply(to: body)
      result = "ok"
      return HTTPReply(json: reply)
    } catch let error as Busy {
      throw HTTPProblem(.unavailable, "\(error)")
    } catch PolicyError.notFinite(let layer) {
      throw HTTPProblem(.internalError, "\(PolicyError.notFinite(layer))")
    } catch { throw HTTPProblem(.badRequest, line(of: error)) }
  }

  private func openSocket(_ request: HTTPRequest, on connection: Connection) async throws
    -> HTTPReply?
  {
    guard ["/", "/openpi", "/vla-eval"].contains(request.path) else {
      throw HTTPProblem(.notFound, "a WebSocket is at /, /openpi and /vla-eval")
    }
    let accepted = try WebSocket.handshake(request).data(keepsAlive: true)
    try await connection.write(accepted, within: time.patience)
    let socket = WebSocket(connection: connection, time: time)
    // vla-eval's client says hello at once; openpi's waits for the server's first word.
    var speaksFirst = request.path == "/vla-eval"
    if request.path == "/" {
      speaksFirst = try await connection.hasBytes(within: .seconds(1))
    }
    do {
      if speaksFirst {
        try await VLAEvalProtocol(served: served, queue: queue, metrics: metrics).serve(socket)
      } else {
        try await OpenPIProtocol(served: served, queue: queue, metrics: metrics).serve(socket)
      }
    } catch let error as WebSocketError {
      try? await socket.close(error.code, error.message)
    } catch {
      try? await socket.close(.goingAway, "")
    }
    return nil
  }

  /// Compares in a time that does not depend on where the token differs.
  private func authorize(_ request: HTTPRequest) throws {
    guard let token else { return }
    let sent = request.headers["authorization", default: ""].split(separator: " ", maxSplits: 1)
    let isKnown = sent.count == 2 && ["Bearer", "Api-Key"].contains(sent[0])
    let given = isKnown ? [UInt8](sent[1].utf8) : []
    let expected = [UInt8](token.utf8)
    var difference = given.count ^ expected.count
    for (i, byte) in expected.enumerated() {
      difference |= Int(byte ^ (i < given.count ? given[i] : 0))
    }
    guard difference == 0 else {
      throw HTTPProblem(.unauthorized, "send the token: Authorization: Bearer TOKEN")
    }
  }
}

/// An error as one line for a client.
func line(of error: any Error) -> String { oneLine("\(error)") }
