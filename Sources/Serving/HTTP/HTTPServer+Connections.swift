import FlyingSocks
import Foundation

/// One connection: request after request, until the client or the server ends it.
extension HTTPServer {
  func serve(_ socket: Socket) async {
    guard let connection = try? Connection(socket, pool: pool) else {
      try? socket.close()
      return
    }
    let key = ObjectIdentifier(connection)
    let isFull = lock.withLock {
      open[key] = connection
      return open.count > most
    }
    defer {
      lock.withLock { open[key] = nil }
      connection.close()
    }
    if isFull {
      let reply = HTTPReply(text: "too many connections: try again later\n", status: .unavailable)
      try? await send(reply, on: connection)
      return
    }
    while !isStopping, await answer(on: connection) {}
  }

  /// Reads and answers one request; returns whether another may follow.
  private func answer(on connection: Connection) async -> Bool {
    do {
      try await connection.waitForRequest(within: time.silence)
      let head = try await connection.read(
        through: Array("\r\n\r\n".utf8), limit: ServingLimits.headBytes, within: time.patience)
      let request = try HTTPRequest(head: head)
      let length = try request.bodyLength()
      if request.headers["expect"]?.lowercased() == "100-continue" {
        let goOn = Data("HTTP/1.1 100 Continue\r\n\r\n".utf8)
        try await connection.write(goOn, within: time.patience)
      }
      let body = Data(try await connection.read(length, within: time.patience))
      guard let reply = try await reply(to: request, body, on: connection) else { return false }
      try await send(reply, on: connection, keepsAlive: request.keepsAlive)
      return request.keepsAlive
    } catch let problem as HTTPProblem {
      let reply = HTTPReply(text: problem.message + "\n", status: problem.status)
      try? await send(reply, on: connection)
    } catch ConnectionError.headTooLong {
      let message = "a head of over \(ServingLimits.headBytes) bytes\n"
      try? await send(HTTPReply(text: message, status: .headTooLarge), on: connection)
    } catch {}  // the client went away
    return false
  }

  /// The handler's reply; a problem that it finds in a whole request does not end the connection.
  private func reply(
    to request: HTTPRequest, _ body: Data, on connection: Connection
  ) async throws -> HTTPReply? {
    do {
      return try await handler(request, body, connection)
    } catch let problem as HTTPProblem {
      return HTTPReply(text: problem.message + "\n", status: problem.status)
    }
  }

  private func send(
    _ reply: HTTPReply, on connection: Connection, keepsAlive: Bool = false
  ) async throws {
    let data = reply.data(keepsAlive: keepsAlive && !isStopping)
    try await connection.write(data, within: time.patience)
  }
}
