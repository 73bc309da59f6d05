/// The parts of a JSON text that a mutation may replace, repeat or leave out: found once, by bytes,
/// without a reader of JSON.
struct JSONText {
  let bytes: [UInt8]
  /// Strings, numbers, words, arrays and objects.
  private(set) var values: [Range<Int>] = []
  /// Members of objects, `"key": value`.
  private(set) var members: [Range<Int>] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var open: [(start: Int, key: Int?)] = []
    var (place, lastString, key): (Int, Range<Int>?, Int?) = (0, nil, nil)
    func value(_ range: Range<Int>, _ key: inout Int?) {
      values.append(range)
      if let start = key { members.append(start..<range.upperBound) }
      key = nil
    }
    while place < bytes.count {
      let start = place
      switch bytes[place] {
      case UInt8(ascii: "\""):
        place += 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
          place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        place = min(place + 1, bytes.count)
        lastString = start..<place
        value(start..<place, &key)
      case UInt8(ascii: ":"):
        key = lastString?.lowerBound
        place += 1
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        open.append((place, key))
        key = nil
        place += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        place += 1
        guard let (start, outer) = open.popLast() else { continue }
        key = outer
        value(start..<place, &key)
      case 0x30...0x39, 0x2D, 0x61...0x7A:  // a digit, a minus or a small letter
        while place < bytes.count, !Self.ends.contains(bytes[place]) { place += 1 }
        value(start..<place, &key)
      default: place += 1
      }
    }
  }

  private static let ends = Set(" \t\r\n,:{}[]\"".utf8)

  /// Values that readers of sizes, types and nesting must refuse or bear.
  private static let hostile: [String] = [
    "0", "1", "-1", "2", "3", "7", "16", "255", "256", "4096", "65536", "1048576", "4194304",
    "16777216", "2147483647", "2147483648", "4294967296", "9223372036854775807",
    "-9223372036854775808", "18446744073709551615", "18446744073709551616", "1e308", "-1e308",
    "1e999", "1e-320", "3.5e38", "-0", "0.5", "NaN", "Infinity", "-Infinity", "null", "true",
    "false", "[]", "{}", "[[]]", "[0]", "[1,1]", "[null]", "{\"a\":{}}", "\"\"", "\"a\"", "\"/\"",
    "\"..\"", "\"\\u0000\"", "\"\\n\\u001b[2J\"", "\"\\ud83d\\ude00\"", "\"\\ud800\"",
    "\"e\u{0301}\u{202E}\"", "\"(a|a)*[^\\\\]\"", "\"\u{FFFD}\u{10FFFF}\"",
  ]

  /// This text with one value, member or number changed.
  func changed(using random: inout FuzzRandom) -> [UInt8] {
    guard !values.isEmpty else { return bytes }
    let value = random.element(of: values)
    switch random.below(10) {
    case 0...3: return replacing(value, Array(random.element(of: Self.hostile).utf8))
    case 4: return replacing(value, Array(bytes[random.element(of: values)]))
    case 5 where !members.isEmpty:  // a key twice, with two values
      let member = random.element(of: members)
      return replacing(
        member, Array(bytes[member]) + [0x2C] + Array(bytes[random.element(of: members)]))
    case 6 where !members.isEmpty:
      let member = random.element(of: members)
      let comma = member.upperBound < bytes.count && bytes[member.upperBound] == 0x2C
      return replacing(member.lowerBound..<member.upperBound + (comma ? 1 : 0), [])
    case 7:  // the same element many times
      let element = Array(bytes[value]) + [0x2C]
      let doublings = element.count < 16 ? 12 : element.count < 256 ? 7 : 3
      let times = 1 << random.below(doublings)
      return replacing(
        value, Array(repeatElement(element, count: times).joined()) + Array(bytes[value]))
    case 8:  // deep nesting
      let depth = random.element(of: [2, 60, 63, 64, 65, 70, 5000])
      return replacing(
        value,
        Array(repeating: UInt8(ascii: "["), count: depth)
          + Array(repeating: UInt8(ascii: "]"), count: depth))
    default:
      let long = random.element(of: ["a", "\u{0301}", " ", "\\n", "1", "ﷺ"])
      let quote = random.below(4) == 0 ? "" : "\""
      return replacing(
        value,
        Array((quote + String(repeating: long, count: 1 << random.below(14)) + quote).utf8))
    }
  }

  private func replacing(_ range: Range<Int>, _ new: [UInt8]) -> [UInt8] {
    Array(bytes[..<range.lowerBound]) + new + Array(bytes[range.upperBound...])
  }
}
