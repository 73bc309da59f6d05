/// Parsing the sets of a regular expression: `[^\s\p{L}]` and what follows a backslash.
extension PatternReader {
  /// The set between "[" and "]".
  mutating func characterClass() throws(Failure) -> ScalarSet {
    let isInverted = take("^")
    var sets: [ScalarSet] = []
    while !take("]") {
      guard next != "[", !take("&&") else { throw Failure(reason: "a class inside a class") }
      let scalar = try takeOne()
      let first = scalar == "\\" ? try escaped() : .one(scalar)
      guard next == "-", position + 1 < text.count, text[position + 1] != "]" else {
        sets.append(first)
        continue
      }
      position += 1
      let end = try takeOne()
      let last = end == "\\" ? try escaped() : .one(end)
      guard case .range(let low) = first, case .range(let high) = last,
        low.lowerBound <= high.lowerBound
      else { throw Failure(reason: "an invalid range in […]") }
      sets.append(.range(low.lowerBound...high.lowerBound))
    }
    guard !sets.isEmpty else { throw Failure(reason: "an empty class") }
    return isInverted ? .not(.anyOf(sets)) : .anyOf(sets)
  }

  /// The set that a backslash and the characters after it mean.
  mutating func escaped() throws(Failure) -> ScalarSet {
    let scalar = try takeOne()
    switch scalar {
    case "s": return .space
    case "S": return .not(.space)
    case "w": return .patternWord
    case "W": return .not(.patternWord)
    case "d": return .categories([.decimalNumber])
    case "D": return .not(.categories([.decimalNumber]))
    case "n": return .one("\n")
    case "r": return .one("\r")
    case "t": return .one("\t")
    case "p": return try category()
    case "P": return .not(try category())
    case "x", "u": return .one(try codePoint())
    default:
      guard !scalar.isWord else { throw Failure(reason: "\"\\\(scalar)\" is not supported") }
      return .one(scalar)
    }
  }

  /// `{L}`, or `{^L}` for all but letters.
  private mutating func category() throws(Failure) -> ScalarSet {
    let name = take("{") ? try braced() : ""
    let plain = name.hasPrefix("^") ? String(name.dropFirst()) : name
    guard let set = ScalarSet.category(plain) else {
      throw Failure(reason: "\"\\p{\(name)}\" is not supported")
    }
    return name.hasPrefix("^") ? .not(set) : set
  }

  /// `{1F600}` after x, or four hexadecimal digits after u.
  private mutating func codePoint() throws(Failure) -> Unicode.Scalar {
    var digits = ""
    if take("{") {
      digits = try braced()
    } else {
      for _ in 0..<4 { digits.unicodeScalars.append(try takeOne()) }
    }
    guard let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) else {
      throw Failure(reason: "\"\(digits)\" names no code point")
    }
    return scalar
  }

  private mutating func braced() throws(Failure) -> String {
    var inside = ""
    while !take("}") { inside.unicodeScalars.append(try takeOne()) }
    return inside
  }
}
