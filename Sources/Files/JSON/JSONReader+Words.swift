import Foundation

/// The scalars of JSON: numbers such as `-1.5e3`, `true`, and strings such as `"caf\u00e9"`.
extension JSONReader {
  /// `true`, `false`, `null` or a number.
  mutating func word() throws(JSON.Failure) -> JSON {
    let start = place
    while let byte = next, isalnum(Int32(byte)) != 0 || [0x2B, 0x2D, 0x2E].contains(byte) {
      place += 1
    }
    let word = String(decoding: bytes[start..<place], as: UTF8.self)
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "NaN": return .number(.nan)
    case "Infinity": return .number(.infinity)
    case "-Infinity": return .number(-.infinity)
    default:  // 1e999 is infinity, as in Python
      guard isNumber(word), let number = Double(word) else {
        throw failure(next == nil ? "the text ends early" : "expected a value")
      }
      return Int(word).map(JSON.whole) ?? UInt64(word).map(JSON.large) ?? .number(number)
    }
  }

  /// As JSON spells numbers, stricter than Swift: no "+1", ".5", "1.", "01", "0x10" or "nan".
  private func isNumber(_ word: String) -> Bool {
    var rest = Substring(word)
    func digits() -> Int {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      rest = rest.dropFirst(digits.count)
      return digits.count
    }
    if rest.first == "-" { rest.removeFirst() }
    let startsWithZero = rest.first == "0"
    let whole = digits()
    guard whole > 0, !startsWithZero || whole == 1 else { return false }
    if rest.first == "." {
      rest.removeFirst()
      guard digits() > 0 else { return false }
    }
    if rest.first == "e" || rest.first == "E" {
      rest.removeFirst()
      if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  /// A string in quotes, its escapes resolved.
  mutating func string() throws(JSON.Failure) -> String {
    place += 1
    var text: [UInt8] = []
    while let byte = next {
      place += 1
      switch byte {
      case 0x22: return String(decoding: text, as: UTF8.self)
      case 0x5C: text += UTF8.encode(try escape())!
      case ..<0x20: throw failure("a control character in a string")
      default: text.append(byte)
      }
    }
    throw failure("the text ends in a string")
  }

  private mutating func escape() throws(JSON.Failure) -> Unicode.Scalar {
    let plain: [UInt8: Unicode.Scalar] = [
      0x22: "\"", 0x5C: "\\", 0x2F: "/", 0x62: "\u{8}", 0x66: "\u{C}", 0x6E: "\n", 0x72: "\r",
      0x74: "\t",
    ]
    guard let byte = next else { throw failure("the text ends in a string") }
    place += 1
    if let scalar = plain[byte] { return scalar }
    guard byte == 0x75 else { throw failure("an unknown escape in a string") }
    var code = try hexadecimal()
    // Beyond U+FFFF a character is two escapes: ten bits in each.
    if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else { throw failure("half a surrogate pair") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(JSON.Failure) -> UInt32 {
    let digits = bytes[place..<min(place + 4, bytes.count)]
    guard digits.count == 4, digits.allSatisfy({ isxdigit(Int32($0)) != 0 }),
      let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("\\u needs four hexadecimal digits") }
    place += 4
    return code
  }
}
