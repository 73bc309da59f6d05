/// Why the server closes a WebSocket.
struct WebSocketError: Error {
  enum Code: UInt16 {
    case goingAway = 1001, protocolError = 1002, invalidText = 1007, unauthorized = 1008
    case tooLong = 1009, internalError = 1011, tryAgainLater = 1013
  }
  let code: Code
  let message: String
  init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }
}
