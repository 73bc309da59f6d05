/// Reads JSON from left to right; `place` is the next byte.
///
/// A JSON text is a value, which may hold others: one function reads each kind, and `value` tells
/// which kind comes next.
struct JSONReader {
  let bytes: [UInt8]
  var place = 0
  /// How many values may still come.
  private var left = Limits.jsonValues
  /// How many elements one array may have.
  private let elements: Int

  init(bytes: [UInt8], elements: Int) { (self.bytes, self.elements) = (bytes, elements) }

  var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  func failure(_ what: String) -> JSON.Failure { failure(.malformed(what)) }

  private func failure(_ reason: JSON.Failure.Reason) -> JSON.Failure {
    let newlines = bytes[..<min(place, bytes.count)].reduce(into: 0) { $0 += $1 == 10 ? 1 : 0 }
    return JSON.Failure(line: newlines + 1, byte: place, reason: reason)
  }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      place += 1
    }
  }

  mutating func take(_ character: Character) -> Bool {
    guard next == character.asciiValue else { return false }
    place += 1
    return true
  }

  /// - Parameter levels: of objects and arrays that may still open.
  mutating func value(levels: Int) throws(JSON.Failure) -> JSON {
    left -= 1
    guard left >= 0 else { throw failure(.tooManyValues) }
    skipSpace()
    switch next {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard levels > 0 else { throw failure(.tooDeep) }
      return next == UInt8(ascii: "{") ? try object(levels - 1) : try array(levels - 1)
    default: return try word()
    }
  }

  private mutating func object(_ levels: Int) throws(JSON.Failure) -> JSON {
    var members: [JSON.Member] = []
    try list(until: "}") { reader throws(JSON.Failure) in
      guard reader.next == UInt8(ascii: "\"") else {
        throw reader.failure("expected a key in quotes")
      }
      let key = try reader.string()
      reader.skipSpace()
      guard reader.take(":") else { throw reader.failure("expected \":\" after a key") }
      members.append(JSON.Member(key: key, value: try reader.value(levels: levels)))
    }
    return .object(members)
  }

  private mutating func array(_ levels: Int) throws(JSON.Failure) -> JSON {
    var items: [JSON] = []
    try list(until: "]") { reader throws(JSON.Failure) in
      guard items.count < reader.elements else { throw reader.failure(.tooManyValues) }
      items.append(try reader.value(levels: levels))
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
}
