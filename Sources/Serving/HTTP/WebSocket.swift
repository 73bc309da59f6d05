import Foundation

/// A WebSocket: messages in both directions over one connection.
///
/// - Reference: RFC 6455, §5.2 (frames), §5.4 (fragments), §7.4 (codes of closing).
struct WebSocket: Sendable {
  enum Message: Equatable, Sendable {
    case text(String)
    case binary(Data)
  }

  let connection: Connection
  let time: ConnectionTime

  /// The reply that accepts a client, from its header Sec-WebSocket-Key.
  /// - Throws: ``HTTPProblem`` if the request is no handshake of version 13.
  static func handshake(_ request: HTTPRequest) throws -> HTTPReply {
    guard request.method == "GET", request.headers["sec-websocket-version"] == "13",
      let key = request.headers["sec-websocket-key"], Data(base64Encoded: key)?.count == 16
    else { throw HTTPProblem(.badRequest, "no handshake of a WebSocket, version 13") }
    var reply = HTTPReply(text: "", status: .switchingProtocols)
    let accept = SHA1.digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
    reply.headers = [
      ("Upgrade", "websocket"), ("Connection", "Upgrade"),
      ("Sec-WebSocket-Accept", Data(accept).base64EncodedString()),
    ]
    return reply
  }

  /// The next message; nil once the client has closed. Pings are answered.
  /// - Throws: ``WebSocketError`` for frames that break the protocol or are too long.
  func next() async throws -> Message? {
    var (payload, kind) = ([UInt8](), Opcode?.none)
    while true {
      let frame = try await frame(
        isFirst: kind == nil, room: ServingLimits.bodyBytes - payload.count)
      switch frame.opcode {
      case .close:
        try await send(.close, Data(frame.payload.prefix(2)))
        return nil
      case .ping: try await send(.pong, Data(frame.payload))
      case .pong: break
      case .text, .binary:
        guard kind == nil else { throw WebSocketError(.protocolError, "a message inside another") }
        (kind, payload) = (frame.opcode, frame.payload)
      case .continuation:
        guard kind != nil else { throw WebSocketError(.protocolError, "nothing to continue") }
        payload += frame.payload
      }
      guard frame.isLast, !frame.opcode.isControl, let kind else { continue }
      if kind == .binary { return .binary(Data(payload)) }
      guard let text = String(bytes: payload, encoding: .utf8) else {
        throw WebSocketError(.invalidText, "text that is no UTF-8")
      }
      return .text(text)
    }
  }

  func send(_ message: Message) async throws {
    switch message {
    case .text(let text): try await send(.text, Data(text.utf8))
    case .binary(let data): try await send(.binary, data)
    }
  }

  /// Sends the frame that ends the conversation.
  func close(_ code: WebSocketError.Code, _ reason: String) async throws {
    var payload = withUnsafeBytes(of: code.rawValue.bigEndian) { Data($0) }
    payload += reason.utf8.prefix(123)
    try await send(.close, payload)
  }

  // MARK: - Frames

  private enum Opcode: UInt8 {
    case continuation = 0, text, binary, close = 8, ping, pong
    var isControl: Bool { rawValue >= 8 }
  }

  private func send(_ opcode: Opcode, _ payload: Data) async throws {
    var head: [UInt8] = [0x80 | opcode.rawValue]
    switch payload.count {
    case 0..<126: head.append(UInt8(payload.count))
    case 0...Int(UInt16.max):
      head += [126] + withUnsafeBytes(of: UInt16(payload.count).bigEndian, Array.init)
    default: head += [127] + withUnsafeBytes(of: UInt64(payload.count).bigEndian, Array.init)
    }
    try await connection.write(Data(head) + payload, within: time.patience)
  }

  /// The next frame, unmasked; `room` bytes are left for its message.
  private func frame(
    isFirst: Bool, room: Int
  ) async throws -> (opcode: Opcode, isLast: Bool, payload: [UInt8]) {
    if isFirst { try await connection.waitForRequest(within: time.silence) }
    let head = try await connection.read(2, within: time.patience)
    let isLast = head[0] & 0x80 != 0
    guard head[0] & 0x70 == 0, let opcode = Opcode(rawValue: head[0] & 0x0f) else {
      throw WebSocketError(.protocolError, "a frame of a kind that was not agreed on")
    }
    guard head[1] & 0x80 != 0 else {
      throw WebSocketError(.protocolError, "a client's frame without mask")
    }
    var length = UInt64(head[1] & 0x7f)
    if length >= 126 {
      let bytes = try await connection.read(length == 126 ? 2 : 8, within: time.patience)
      length = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
    guard !opcode.isControl || (length < 126 && isLast) else {
      throw WebSocketError(.protocolError, "a control frame of \(length) bytes")
    }
    guard length <= UInt64(opcode.isControl ? 125 : room) else {
      throw WebSocketError(
        .tooLong, "a message of over \(ServingLimits.bodyBytes) bytes: send smaller images")
    }
    let mask = try await connection.read(4, within: time.patience)
    var payload = try await connection.read(Int(length), within: time.patience)
    for i in payload.indices { payload[i] ^= mask[i % 4] }
    return (opcode, isLast, payload)
  }
}
