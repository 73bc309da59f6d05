import Files
import Foundation

extension NumPyArray {
  /// json-numpy's form: `{"__numpy__": base64, "dtype": "|u1", "shape": [H, W, 3]}`.
  init(json: JSONValue) throws {
    let encoded = try json["__numpy__"].string()
    guard let bytes = Data(base64Encoded: encoded) else {
      throw RequestProblem("\(oneLine(json.path)) holds no base64")
    }
    let lengths = try json["shape"].array(count: 0...8)
    let shape = try lengths.map { try $0.int(0...ServingLimits.bodyBytes) }
    try self.init(dtype: json["dtype"].string(), shape: shape, bytes: bytes)
  }

  /// The same, as json-numpy writes it.
  var json: String {
    #"{"__numpy__":"\#(bytes.base64EncodedString())","dtype":"\#(dtype)","shape":["#
      + shape.map(String.init).joined(separator: ",") + "]}"
  }
}

extension NumPyArray {
  /// The keys that mark an array: openpi's client reads keys of bytes only, vla-eval's of text only.
  enum Keys {
    case bytes, text

    func callAsFunction(_ name: String) -> MessagePack {
      self == .bytes ? .bytes(Data(name.utf8)) : .text(name)
    }
  }

  /// An array in MessagePack, with keys of either kind.
  /// - Throws: ``RequestProblem`` for anything else, or an array that is not read.
  init(_ value: MessagePack, _ name: String) throws {
    guard value["__ndarray__"] == .bool(true), let dtype = value["dtype"]?.text,
      case .bytes(let bytes)? = value["data"], case .array(let lengths)? = value["shape"]
    else { throw RequestProblem("\(name) is no array: send a NumPy array") }
    let shape = try lengths.map {
      guard case .int(let length) = $0, let length = Int(exactly: length) else {
        throw RequestProblem("\(name) has a shape that is no list of integers")
      }
      return length
    }
    try self.init(dtype: dtype, shape: shape, bytes: bytes)
  }

  /// The array in MessagePack.
  func messagePack(_ key: Keys) -> MessagePack {
    let entries: [(String, MessagePack)] = [
      ("__ndarray__", .bool(true)), ("data", .bytes(bytes)), ("dtype", .text(dtype)),
      ("shape", .array(shape.map { .int(Int64($0)) })),
    ]
    return .map(entries.map { .init(key($0.0), $0.1) })
  }
}
