/// A token that is matched in the text before the tokenizer's model runs, such as `<image>` or `</s>`.
///
/// Tokens marked "normalized" are searched for in the normalized text, in their own normalized form.
struct AddedToken: Sendable, Equatable {
  let content: Scalars
  let id: Int
  /// Omitted when decoding skips special tokens.
  let isSpecial: Bool
  let isNormalized: Bool
  /// Matches only between characters that are not word characters.
  let isSingleWord: Bool
  /// Whether whitespace before or after it belongs to the match.
  let stripsLeft, stripsRight: Bool
}

/// Finds added tokens in a text: the leftmost match, and of several the longest.
struct AddedTokenFinder: Sendable {
  /// The tokens by first code point, the longest first.
  private var candidates: [Unicode.Scalar: [(spelling: Scalars, token: AddedToken)]] = [:]

  init(_ tokens: [(spelling: Scalars, token: AddedToken)]) {
    for (spelling, token) in tokens.sorted(by: { $0.spelling.count > $1.spelling.count }) {
      if let first = spelling.first { candidates[first, default: []].append((spelling, token)) }
    }
  }

  enum Part: Sendable, Equatable {
    case text(Range<Int>)
    case token(Int)
  }

  /// The text split into added tokens and the text between them, in order; no part is empty.
  func parts(of text: Scalars) -> [Part] {
    var parts: [Part] = []
    var (position, end) = (0, 0)  // of the search; of the text that `parts` covers
    while position < text.count {
      let here = candidates[text[position]] ?? []
      guard let found = here.first(where: { text[position...].starts(with: $0.spelling) }) else {
        position += 1
        continue
      }
      let (spelling, token) = found
      var (low, high) = (position, position + spelling.count)
      position = high
      let touches = low > 0 && text[low - 1].isWord || high < text.count && text[high].isWord
      if token.isSingleWord, touches { continue }
      while token.stripsLeft, low > end, text[low - 1].properties.isWhitespace { low -= 1 }
      while token.stripsRight, high < text.count, text[high].properties.isWhitespace { high += 1 }
      if end < low { parts.append(.text(end..<low)) }
      parts.append(.token(token.id))
      end = high
    }
    if end < text.count { parts.append(.text(end..<text.count)) }
    return parts
  }
}
