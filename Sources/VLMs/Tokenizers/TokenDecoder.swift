/// Tokens → text: reverses the changes of spelling that encoding made.
///
/// Each step maps a list of tokens to a list of texts; the last list is joined.
indirect enum TokenDecoder: Sendable {
  case byteLevel
  case byteFallback
  case metaspace(mark: Unicode.Scalar, removesFirst: Bool)
  case replace(TextPattern, with: Scalars)
  case strip(Unicode.Scalar, start: Int, stop: Int)
  case fuse
  case wordPiece(prefix: Scalars, cleansUp: Bool)
  /// Ends of words, such as CLIP's "</w>", become spaces.
  case wordEnd(Scalars)
  case sequence([TokenDecoder])

  /// - Throws: ``TokenizerError`` as soon as `budget` is used up.
  func callAsFunction(_ tokens: [Scalars], within budget: TextBudget) throws(TokenizerError)
    -> [Scalars]
  {
    let letters = tokens.reduce(0) { $0 + $1.count }
    try budget.spend((16 * tokens.count + letters) * costPerLetter)
    switch self {
    case .byteLevel:
      return [Scalars(String(decoding: tokens.flatMap(ByteAlphabet.decode), as: UTF8.self))]
    case .byteFallback:
      return Self.joiningBytes(tokens)
    case .metaspace(let mark, let removesFirst):
      return tokens.enumerated().map { position, token in
        let kept = position == 0 && removesFirst ? token.filter { $0 != mark } : token
        return kept.map { $0 == mark ? " " : $0 }
      }
    case .replace(let pattern, let content):
      var texts: [Scalars] = []
      var count = 0
      for token in tokens {
        texts.append(try pattern.replaced(in: token, with: content, within: budget))
        count += texts[texts.count - 1].count
        try budget.check(count)
      }
      return texts
    case .strip(let scalar, let start, let stop):
      return tokens.map { token in
        let low = token.prefix(start).prefix { $0 == scalar }.count
        let high = token.suffix(stop).reversed().prefix { $0 == scalar }.count
        return Array(token.dropFirst(low).dropLast(high))
      }
    case .fuse:
      return [Array(tokens.joined())]
    case .wordPiece(let prefix, let cleansUp):
      let words = tokens.enumerated().map { position, token in
        guard position > 0 else { return token }
        return token.starts(with: prefix) ? Array(token.dropFirst(prefix.count)) : [" "] + token
      }
      return cleansUp ? words.map(Self.cleanedUp) : words
    case .wordEnd(let suffix):
      return tokens.enumerated().map { position, token in
        token.replacing(suffix, by: position == tokens.count - 1 ? [] : [" "])
      }
    case .sequence(let parts):
      var texts = tokens
      for part in parts { texts = try part(texts, within: budget) }
      return texts
    }
  }

  /// Steps that a letter takes.
  private var costPerLetter: Int {
    switch self {
    case .wordPiece(let prefix, let cleansUp): 1 + prefix.count + (cleansUp ? 64 : 0)
    case .wordEnd(let suffix): 1 + suffix.count
    case .byteLevel, .byteFallback: 4
    case .metaspace, .replace, .strip, .fuse, .sequence: 1
    }
  }

  /// Replaces each run of byte tokens by the text of the bytes, or by one "�" per byte if they are
  /// not valid UTF-8.
  private static func joiningBytes(_ tokens: [Scalars]) -> [Scalars] {
    var result: [Scalars] = []
    var bytes: [UInt8] = []
    for token in tokens + [[]] {
      if let byte = byte(token) {
        bytes.append(byte)
        continue
      }
      if let text = String(validating: bytes, as: UTF8.self) {
        result.append(Scalars(text))
      } else {
        result += bytes.map { _ in ["\u{FFFD}"] }
      }
      bytes = []
      result.append(token)
    }
    return result
  }

  /// The byte of a token such as `<0x0A>`; nil for other tokens.
  static func byte(_ token: Scalars) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".unicodeScalars), token[5] == ">" else {
      return nil
    }
    return UInt8(token[3..<5].map { String($0) }.joined(), radix: 16)
  }

  /// Removes the spaces before punctuation.
  private static func cleanedUp(_ word: Scalars) -> Scalars {
    changes.reduce(word) { $0.replacing($1.old, by: $1.new) }
  }

  private static let changes = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (old: Scalars($0), new: Scalars($1)) }
}

extension Scalars {
  /// Each occurrence of `old`, which is not empty, becomes `new`. The standard library's searching takes
  /// microseconds for a word.
  fileprivate func replacing(_ old: Scalars, by new: Scalars) -> Scalars {
    guard contains(old[0]) else { return self }
    var result: Scalars = []
    var place = 0
    while place < count {
      let isHere = self[place] == old[0] && self[place...].starts(with: old)
      if isHere { result += new } else { result.append(self[place]) }
      place += isHere ? old.count : 1
    }
    return result
  }
}
