// Tokens that are found in the text before anything else, such as "<image>" or "</s>": the model
// never sees them, so nobody can spell one by accident of merging.
//
// Those marked "normalized" are looked for in the normalised text, in their own normalised spelling.

struct AddedToken: Sendable, Equatable {
  let content: Scalars
  let id: Int
  /// Left out when a text is made for people.
  let isSpecial: Bool
  let isNormalized: Bool
  /// Only where no letter touches it.
  let isSingleWord: Bool
  /// Swallows the white space before or after it.
  let stripsLeft, stripsRight: Bool
}

/// Finds added tokens: the leftmost first, of several the longest.
struct AddedTokenFinder: Sendable {
  /// The tokens by their first code point, the longest first.
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

  /// The text cut into added tokens and what is between them, in order, none empty.
  func parts(of text: Scalars) -> [Part] {
    var parts: [Part] = []
    var (place, end) = (0, 0)  // where to look next; how much of the text stands in `parts`
    while place < text.count {
      let here = candidates[text[place]] ?? []
      guard let found = here.first(where: { text[place...].starts(with: $0.spelling) }) else {
        place += 1
        continue
      }
      let (spelling, token) = found
      var (low, high) = (place, place + spelling.count)
      place = high
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
