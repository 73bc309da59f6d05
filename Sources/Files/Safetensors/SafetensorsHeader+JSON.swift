import Foundation

/// A cursor over JSON: objects, strings and lists of whole numbers, which is all a header
/// or an index holds.
struct JSONText {
  let bytes: [UInt8]
  var position = 0

  /// No real tensor has more axes (NumPy's limit too); a longer list only fills memory.
  static let mostIntegers = 64

  func problem(_ expected: String) -> SafetensorsError.Reason {
    .badHeader(expected: expected, byte: position)
  }

  /// `{"name": …, "name": …}`, where `member` reads each value. A name may occur once.
  mutating func object(
    _ member: (inout JSONText, String) throws(SafetensorsError.Reason) -> Void
  ) throws(SafetensorsError.Reason) {
    try expect("{")
    if skip("}") { return }
    var seen: Set<String> = []
    repeat {
      let name = try string()
      guard seen.insert(name).inserted else { throw .duplicateName(name) }
      try expect(":")
      try member(&self, name)
    } while skip(",")
    try expect("}")
  }

  mutating func integers() throws(SafetensorsError.Reason) -> [Int] {
    try expect("[")
    if skip("]") { return [] }
    var numbers: [Int] = []
    repeat {
      guard numbers.count < Self.mostIntegers else {
        throw problem("at most \(Self.mostIntegers) numbers")
      }
      numbers.append(try integer())
    } while skip(",")
    try expect("]")
    return numbers
  }

  private mutating func integer() throws(SafetensorsError.Reason) -> Int {
    skipSpace()
    let text = bytes[position...].prefix { $0 == UInt8(ascii: "-") || (48...57).contains($0) }
    // `Int` refuses what is too large, but knows no rule against leading zeros.
    guard text.count <= 20, let value = Int(String(decoding: text, as: UTF8.self)),
      String(value).utf8.count == text.count
    else { throw problem("a whole number below 2⁶³") }
    position += text.count
    return value
  }

  mutating func string() throws(SafetensorsError.Reason) -> String {
    try expect("\"")
    let start = position
    var escaped = false
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      guard bytes[position] >= 0x20 else { throw problem("no control character in a string") }
      let isEscape = bytes[position] == UInt8(ascii: "\\")
      escaped = escaped || isEscape
      position += isEscape ? 2 : 1  // the character after a backslash ends no string
    }
    guard position < bytes.count else { throw problem("the end of a string") }
    position += 1
    let text =
      escaped
      ? try? JSONDecoder().decode(String.self, from: Data(bytes[start - 1..<position]))
      : String(bytes: bytes[start..<position - 1], encoding: .utf8)
    guard let text else { throw problem("a string in UTF-8 before this") }
    return text
  }

  /// Passes over a string, a number, `true`, `false` or `null`.
  mutating func skipScalar() throws(SafetensorsError.Reason) {
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
      _ = try string()
      return
    }
    let text = bytes[position...].prefix { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default:
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
          || byte == UInt8(ascii: "E")
      }
    }
    let word = String(decoding: text.prefix(40), as: UTF8.self)
    guard ["true", "false", "null"].contains(word) || (text.count < 40 && Double(word) != nil)
    else { throw problem("a string, a number, true, false or null") }
    position += text.count
  }

  mutating func end() throws(SafetensorsError.Reason) {
    skipSpace()
    guard position == bytes.count else { throw problem("the end") }
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(SafetensorsError.Reason) {
    guard skip(character) else { throw problem("'\(character)'") }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }
}
