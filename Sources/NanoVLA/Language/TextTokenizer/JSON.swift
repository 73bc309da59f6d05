// A JSON text as a tree that keeps every key. Foundation's reader puts an object into a Swift
// dictionary, whose strings are equal when they look equal: of the two tokens "é" (one code point)
// and "é" (e and an accent) it would silently drop one. Depth and size are bounded while reading,
// so no file exhausts the stack or the memory.
//
// Reference: RFC 8259.

import Foundation

/// One value of a JSON text; an object's members stand in the order of the file.
enum JSON: Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  struct Member: Equatable {
    let key: String
    let value: JSON
  }

  /// What is wrong, and in which line.
  struct Failure: Error, Equatable {
    let line: Int
    let reason: String
  }

  init(_ bytes: [UInt8], deepest: Int = 64, values: Int = 8_000_000) throws(Failure) {
    var reader = JSONReader(bytes: bytes, left: values)
    guard String(bytes: bytes, encoding: .utf8) != nil else { throw reader.failure("not UTF-8") }
    self = try reader.value(deepest: deepest)
    reader.skipSpace()
    guard reader.place == bytes.count else { throw reader.failure("text after the end") }
  }
}

/// Reads from left to right; `place` is the next byte.
struct JSONReader {
  let bytes: [UInt8]
  /// How many values may still come.
  var left: Int
  var place = 0

  var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  func failure(_ reason: String) -> JSON.Failure {
    let newlines = bytes[..<min(place, bytes.count)].reduce(into: 0) { $0 += $1 == 10 ? 1 : 0 }
    return JSON.Failure(line: newlines + 1, reason: reason)
  }

  mutating func skipSpace() {
    while let byte = next, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { place += 1 }
  }

  mutating func take(_ character: Character) -> Bool {
    guard next == character.asciiValue else { return false }
    place += 1
    return true
  }

  mutating func value(deepest: Int) throws(JSON.Failure) -> JSON {
    left -= 1
    guard deepest > 0 else { throw failure("nested too deeply") }
    guard left >= 0 else { throw failure("too many values") }
    skipSpace()
    switch next.map({ Character(Unicode.Scalar($0)) }) {
    case "{": return try object(deepest: deepest)
    case "[": return try array(deepest: deepest)
    case "\"": return .string(try string())
    default: return try word()
    }
  }

  private mutating func object(deepest: Int) throws(JSON.Failure) -> JSON {
    var members: [JSON.Member] = []
    try list(until: "}") { reader throws(JSON.Failure) in
      guard reader.next == 0x22 else { throw reader.failure("expected a key in quotes") }
      let key = try reader.string()
      reader.skipSpace()
      guard reader.take(":") else { throw reader.failure("expected \":\" after a key") }
      members.append(JSON.Member(key: key, value: try reader.value(deepest: deepest - 1)))
    }
    return .object(members)
  }

  private mutating func array(deepest: Int) throws(JSON.Failure) -> JSON {
    var items: [JSON] = []
    try list(until: "]") { reader throws(JSON.Failure) in
      items.append(try reader.value(deepest: deepest - 1))
    }
    return .array(items)
  }

  /// Items between commas, from the opening bracket to the closing one.
  private mutating func list(
    until end: Character, item: (inout JSONReader) throws(JSON.Failure) -> Void
  ) throws(JSON.Failure) {
    place += 1
    skipSpace()
    if take(end) { return }
    while true {
      skipSpace()
      try item(&self)
      skipSpace()
      if take(end) { return }
      guard take(",") else { throw failure("expected \",\" or \"\(end)\"") }
    }
  }

  /// `true`, `false`, `null` or a number.
  private mutating func word() throws(JSON.Failure) -> JSON {
    let start = place
    while let byte = next, isalnum(Int32(byte)) != 0 || [0x2B, 0x2D, 0x2E].contains(byte) {
      place += 1
    }
    let word = String(decoding: bytes[start..<place], as: UTF8.self)
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    default:
      // Swift also reads "0x10", "inf" and "nan", which are no JSON.
      guard word.utf8.allSatisfy({ !isLetter($0) || $0 == 0x65 || $0 == 0x45 }),
        let number = Double(word), number.isFinite
      else { throw failure(next == nil ? "the text ends early" : "expected a value") }
      return .number(number)
    }
  }

  private func isLetter(_ byte: UInt8) -> Bool { isalpha(Int32(byte)) != 0 }
}
