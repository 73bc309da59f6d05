import Foundation

/// A request's head, and its body once that was read.
struct HTTPRequest: Sendable {
  let method, path: String
  /// By names in lower case; the last of several equal ones.
  let headers: [String: String]
  /// Whether the connection stays open for another request.
  let keepsAlive: Bool

  /// Reads a head, up to and with its empty line.
  /// - Throws: ``HTTPProblem`` if it is no head of HTTP/1.1 or 1.0.
  init(head: [UInt8]) throws {
    guard let text = String(bytes: head, encoding: .utf8) else {
      throw HTTPProblem(.badRequest, "the head is no UTF-8 text")
    }
    let lines = text.components(separatedBy: "\r\n").dropLast(2)  // and an empty line
    let words = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, !words[0].isEmpty, words[1].hasPrefix("/"),
      words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0"
    else { throw HTTPProblem(.badRequest, "the first line is not that of an HTTP/1.1 request") }
    method = String(words[0])
    path = String(words[1].prefix { $0 != "?" && $0 != "#" })
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains(where: \.isWhitespace) else {
        throw HTTPProblem(.badRequest, "a header has no name")
      }
      let (name, value) = (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces))
      guard headers.updateValue(value, forKey: name) == nil || name != "content-length" else {
        throw HTTPProblem(.badRequest, "two headers Content-Length")
      }
    }
    self.headers = headers
    let connection = headers["connection", default: ""].lowercased()
    keepsAlive =
      words[2] == "HTTP/1.1" ? !connection.contains("close") : connection.contains("keep-alive")
  }

  /// The length of the body that follows.
  /// - Throws: ``HTTPProblem`` if it is too long, or not stated as a number.
  func bodyLength() throws -> Int {
    guard headers["transfer-encoding"] == nil else {
      throw HTTPProblem(.lengthRequired, "send the body whole, with Content-Length")
    }
    guard let stated = headers["content-length"] else { return 0 }
    guard let length = Int(stated), length >= 0, stated.allSatisfy(\.isNumber) else {
      throw HTTPProblem(.badRequest, "Content-Length is no number")
    }
    guard length <= ServingLimits.bodyBytes else {
      throw HTTPProblem(
        .contentTooLarge, "a body of \(length) bytes, at most \(ServingLimits.bodyBytes) are read")
    }
    return length
  }

  /// Whether the client asks to go on as a WebSocket.
  var wantsWebSocket: Bool { headers["upgrade", default: ""].lowercased() == "websocket" }
}

/// The status of a reply.
enum HTTPStatus: Int, Sendable {
  case switchingProtocols = 101, ok = 200, badRequest = 400, unauthorized = 401, notFound = 404
  case methodNotAllowed = 405, requestTimeout = 408, lengthRequired = 411, contentTooLarge = 413
  case upgradeRequired = 426, headTooLarge = 431, internalError = 500, unavailable = 503

  var reason: String {
    switch self {
    case .switchingProtocols: "Switching Protocols"
    case .ok: "OK"
    case .badRequest: "Bad Request"
    case .unauthorized: "Unauthorized"
    case .notFound: "Not Found"
    case .methodNotAllowed: "Method Not Allowed"
    case .requestTimeout: "Request Timeout"
    case .lengthRequired: "Length Required"
    case .contentTooLarge: "Content Too Large"
    case .upgradeRequired: "Upgrade Required"
    case .headTooLarge: "Request Header Fields Too Large"
    case .internalError: "Internal Server Error"
    case .unavailable: "Service Unavailable"
    }
  }
}

/// A request that is refused, with the status and one line of what to do.
struct HTTPProblem: Error {
  let status: HTTPStatus
  let message: String
  init(_ status: HTTPStatus, _ message: String) { (self.status, self.message) = (status, message) }
}

/// A reply with its body.
struct HTTPReply: Sendable {
  var status = HTTPStatus.ok
  var type = "application/json"
  var headers: [(String, String)] = []
  var body: Data

  init(json text: String) { body = Data(text.utf8) }

  init(text: String, status: HTTPStatus = .ok, type: String = "text/plain; charset=utf-8") {
    (self.status, self.type, body) = (status, type, Data(text.utf8))
  }

  /// The bytes of the whole reply.
  func data(keepsAlive: Bool) -> Data {
    var head = "HTTP/1.1 \(status.rawValue) \(status.reason)\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if status != .switchingProtocols {
      head += "Content-Type: \(type)\r\nContent-Length: \(body.count)\r\n"
      head += "Connection: \(keepsAlive ? "keep-alive" : "close")\r\n"
    }
    return Data((head + "\r\n").utf8) + body
  }
}
