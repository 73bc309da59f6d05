/// One value of a JSON text, read without believing it; an object's members stand in the order of the
/// file.
///
/// Every key is kept. Foundation's reader puts an object into a Swift dictionary, whose strings are
/// equal when they look equal: of the two tokens "é" (one code point) and "é" (e and an accent) it
/// would silently drop one. And depth and number of values are bounded while reading, so that no file
/// exhausts the stack (one of nothing but `[`) or the memory (of `[],[],…` every three bytes would
/// become a hundred).
///
/// Reference: RFC 8259.
package enum JSON: Equatable {
  case null
  case bool(Bool)
  /// A number without a fraction that fits; any other is a `number`.
  case whole(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  package struct Member: Equatable {
    package let key: String
    package let value: JSON
  }

  /// The most levels of objects and arrays; model files have up to 8.
  static let maximumDepth = 64
  /// The most values; a tokenizer with 256,000 words and 580,000 merges has about 2 million.
  static let maximumValues = 4_000_000

  /// What is wrong, and in which line.
  package struct Failure: Error, Equatable {
    package enum Reason: Equatable, CustomStringConvertible {
      case tooDeep, tooManyValues, malformed(String)

      package var description: String {
        switch self {
        case .tooDeep: "nested too deeply"
        case .tooManyValues: "too many values"
        case .malformed(let what): what
        }
      }
    }
    package let line: Int
    package let reason: Reason
  }

  package init(_ bytes: [UInt8]) throws(Failure) {
    var reader = JSONReader(bytes: bytes)
    // UTF-16 and UTF-32, which others accept, are full of them.
    guard !bytes.contains(0) else { throw reader.failure("a zero byte; the text must be UTF-8") }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw reader.failure("not UTF-8") }
    self = try reader.value(levels: Self.maximumDepth)
    reader.skipSpace()
    guard reader.place == bytes.count else { throw reader.failure("text after the end") }
  }
}

extension JSON: Encodable {
  /// For a part of a file that another decoder is to read. Of two equal keys the last counts.
  package func encode(to encoder: any Encoder) throws {
    var one = encoder.singleValueContainer()
    switch self {
    case .null: try one.encodeNil()
    case .bool(let flag): try one.encode(flag)
    case .whole(let number): try one.encode(number)
    case .number(let number): try one.encode(number)
    case .string(let text): try one.encode(text)
    case .array(let items): try one.encode(items)
    case .object(let members):
      try one.encode(Dictionary(members.map { ($0.key, $0.value) }) { $1 })
    }
  }
}
