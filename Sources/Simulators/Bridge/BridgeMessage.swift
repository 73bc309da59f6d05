import Files
import Foundation

/// The messages of the bridge: one line of JSON, then the bytes of its arrays.
///
///     {"op": "step", "parameters": {…}, "arrays": [{"name": "action", "dtype": "float32",
///      "shape": [4], "bytes": 16}]} ⏎ 16 bytes
///     {"result": {…}, "arrays": […]} ⏎ bytes   or   {"error": "…", "kind": "missing"} ⏎
///
/// `bridge.py` states the same for its side. Everything that is read is bounded before.
enum BridgeMessage {
  static let longestLine = 1 << 20
  static let mostArrays = 64
  /// Of all arrays of one message.
  static let mostBytes = 1 << 29

  /// An array as the JSON line announces it.
  private struct Announcement: Codable {
    let name, dtype: String
    let shape: [Int]
    let bytes: Int
  }

  private struct Request<Parameters: Encodable>: Encodable {
    let op: String
    let parameters: Parameters
    let arrays: [Announcement]
  }

  /// The bytes of a request.
  static func request(
    _ operation: String, _ parameters: some Encodable, _ arrays: [BridgeArray]
  ) throws -> Data {
    let request = Request(
      op: operation, parameters: parameters,
      arrays: arrays.map {
        Announcement(name: $0.name, dtype: $0.type, shape: $0.shape, bytes: $0.bytes.count)
      })
    var data = Data((try JSONWriter.text(request, spaced: false) + "\n").utf8)
    for array in arrays { data += array.bytes }
    return data
  }

  /// Reads the reply to `operation`.
  /// - Throws: ``BridgeError``: what the other side reports, or what is wrong with its message.
  static func reply(
    to operation: String, from connection: BridgeConnection, before deadline: Deadline
  ) throws -> (result: JSONValue, arrays: [BridgeArray]) {
    let line = try connection.line(atMost: longestLine, before: deadline)
    let header: JSONValue
    let announced: [Announcement]
    do {
      header = try JSONFile.parse(line, name: "reply")
      if header["error"].exists {
        let text = try header["error"].string()
        switch try header["kind"].string(default: "failure") {
        case "missing": throw BridgeError.missing(text)
        case "request": throw BridgeError.refused(text)
        default: throw BridgeError.failed(operation: operation, text)
        }
      }
      guard header["result"].isObject else {
        throw BridgeError.garbled(operation: operation, String(decoding: line, as: UTF8.self))
      }
      announced = try header["arrays"].array(count: 0...mostArrays).map { try $0.decoded() }
    } catch let error as JSONFileError {
      throw BridgeError.garbled(
        operation: operation, "\(error.explanation): \(String(decoding: line, as: UTF8.self))")
    }
    var left = mostBytes
    let arrays = try announced.map { array in
      guard 0...left ~= array.bytes, array.shape.allSatisfy({ 0...mostBytes ~= $0 }) else {
        throw BridgeError.garbled(
          operation: operation, "\(brief(array.name)) has \(array.bytes) bytes, \(array.shape)")
      }
      left -= array.bytes
      return BridgeArray(
        array.name, type: array.dtype, shape: array.shape,
        bytes: try connection.bytes(array.bytes, before: deadline))
    }
    return (header["result"], arrays)
  }
}
