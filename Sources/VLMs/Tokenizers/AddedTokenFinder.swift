/// Finds added tokens in a text: the leftmost match, and of several the longest.
struct AddedTokenFinder: Sendable {
  typealias Candidate = (spelling: Scalars, token: AddedToken)
  /// In the order of their code points, equal ones in that of the file.
  private let sorted: [Candidate]
  /// Those that begin with a code point.
  private var ranges: [Unicode.Scalar: Range<Int>] = [:]

  init(_ tokens: [Candidate]) {
    sorted = tokens.enumerated().filter { !$1.spelling.isEmpty }.sorted { a, b in
      if a.element.spelling == b.element.spelling { return a.offset < b.offset }
      return a.element.spelling.lexicographicallyPrecedes(b.element.spelling)
    }.map(\.element)
    for (place, candidate) in sorted.enumerated() {
      let start = ranges[candidate.spelling[0]]?.lowerBound ?? place
      ranges[candidate.spelling[0]] = start..<place + 1
    }
  }

  enum Part: Sendable, Equatable {
    case text(Range<Int>)
    case token(Int)
  }

  /// The text split into added tokens and the text between them, in order; no part is empty.
  func parts(of text: Scalars, within budget: TextBudget) throws(TokenizerError) -> [Part] {
    var parts: [Part] = []
    var (position, end) = (0, 0)  // of the search; of the text that `parts` covers
    var blanks = 0..<0  // the last run of whitespace that belongs to a match
    while position < text.count {
      guard let (spelling, token) = try match(in: text, at: position, within: budget) else {
        position += 1
        continue
      }
      var (low, high) = (position, position + spelling.count)
      position = high
      let touches = low > 0 && text[low - 1].isWord || high < text.count && text[high].isWord
      if token.isSingleWord, touches { continue }
      while token.stripsLeft, low > end, text[low - 1].properties.isWhitespace { low -= 1 }
      if token.stripsRight {
        let start = high
        if blanks.contains(high) { high = blanks.upperBound }
        while high < text.count, text[high].properties.isWhitespace { high += 1 }
        if start < high { blanks = start..<high }
      }
      if end < low { parts.append(.text(end..<low)) }
      parts.append(.token(token.id))
      end = high
    }
    if end < text.count { parts.append(.text(end..<text.count)) }
    return parts
  }

  /// The longest of the tokens that the text has at `position`.
  private func match(
    in text: Scalars, at position: Int, within budget: TextBudget
  ) throws(TokenizerError) -> Candidate? {
    guard var range = ranges[text[position]] else { return nil }
    var (count, found): (Int, Candidate?) = (1, nil)
    while !range.isEmpty {
      // All of the range begin with these `count` code points; a token that is no longer comes first.
      if sorted[range.lowerBound].spelling.count == count { found = sorted[range.lowerBound] }
      guard position + count < text.count else { break }
      let next = text[position + count]
      let start = firstPlace(in: range) { $0.count > count && $0[count] >= next }
      range = start..<firstPlace(in: start..<range.upperBound) { $0[count] > next }
      try budget.spend(16)
      count += 1
    }
    return found
  }

  /// The first place of `range` from which on the spellings meet a condition: half of the range is left
  /// out at a time.
  private func firstPlace(in range: Range<Int>, where isMet: (Scalars) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if isMet(sorted[middle].spelling) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
