import Foundation

/// A value of MessagePack, the binary JSON in which openpi's and vla-eval's clients speak.
///
/// A map keeps the order of its entries, and its keys may be of any kind: openpi marks an array by
/// keys that are bytes, vla-eval by keys that are text, and each reads its own only.
///
/// - Reference: the MessagePack specification, msgpack/msgpack, spec.md.
indirect enum MessagePack: Equatable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)  // only above Int64.max
  case float(Float)
  case double(Double)
  case text(String)
  case bytes(Data)
  case array([MessagePack])
  case map([Entry])
  case other(type: Int8, Data)  // an extension type

  struct Entry: Equatable, Sendable {
    let key, value: MessagePack
    init(_ key: MessagePack, _ value: MessagePack) { (self.key, self.value) = (key, value) }
  }

  /// A map with keys of text, in the order given.
  static func object(_ members: KeyValuePairs<String, MessagePack>) -> MessagePack {
    .map(members.map { Entry(.text($0), $1) })
  }

  /// The value of a key of text, or of the same bytes; nil if there is none, or if this is no map.
  subscript(_ name: String) -> MessagePack? {
    guard case .map(let entries) = self else { return nil }
    return entries.first { $0.key == .text(name) || $0.key == .bytes(Data(name.utf8)) }?.value
  }

  var text: String? {
    switch self {
    case .text(let text): text
    case .bytes(let bytes): String(data: bytes, encoding: .utf8)
    default: nil
    }
  }

  var isMap: Bool { if case .map = self { true } else { false } }
}

/// Bytes that are no MessagePack, or more of it than is read.
struct MessagePackError: Error, CustomStringConvertible {
  let description: String
  init(_ problem: String, at offset: Int) {
    description = "MessagePack, byte \(offset): \(problem)"
  }
}
