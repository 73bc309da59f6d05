/// One value of an untrusted JSON text; an object keeps its members in the order of the file.
///
/// Every key is kept. Foundation's reader puts an object into a Swift dictionary, whose strings are
/// equal when they look equal: of the two tokens "é" (one code point) and "é" (e and an accent) it
/// would silently drop one. Depth and number of values are bounded while reading, so that no file
/// exhausts the stack (one of nothing but `[`) or the memory (of `[],[],…` every three bytes would
/// become a hundred).
///
/// - Reference: RFC 8259.
package enum JSON: Equatable {
  case null
  case bool(Bool)
  /// A number that is spelled without a fraction or exponent, and fits.
  case whole(Int)
  /// Such a number above `Int.max`.
  case large(UInt64)
  /// Any other number.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  package struct Member: Equatable {
    package let key: String
    package let value: JSON
  }

  /// What a text may hold.
  struct Bounds {
    /// Levels of objects and arrays.
    var depth = Limits.jsonDepth
    /// Elements of one array.
    var elements = Limits.jsonValues
  }

  /// What is wrong, in which line and at which byte.
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
    package let byte: Int
    package let reason: Reason
  }

  package init(_ bytes: [UInt8]) throws(Failure) { try self.init(bytes, within: Bounds()) }

  /// Editors begin a file with a byte order mark, and Python writes `NaN` and `Infinity`. Neither is
  /// JSON; both are read. Whoever asks for such a number gets an error with its path.
  init(_ bytes: [UInt8], within bounds: Bounds) throws(Failure) {
    var reader = JSONReader(bytes: bytes, elements: bounds.elements)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.place = 3 }
    // UTF-16 and UTF-32, which others accept, are full of them.
    guard !bytes.contains(0) else { throw reader.failure("a zero byte; the text must be UTF-8") }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw reader.failure("not UTF-8") }
    self = try reader.value(levels: bounds.depth)
    reader.skipSpace()
    guard reader.place == bytes.count else { throw reader.failure("text after the end") }
  }
}
