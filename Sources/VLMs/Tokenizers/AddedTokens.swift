import Files

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

/// The added tokens of a file. They stand beside the model's vocabulary, never in it: inside a word, a
/// letter that is also an added token stays a letter.
struct AddedTokens: Sendable {
  /// By content.
  private(set) var ids: [Scalars: Int] = [:]
  private(set) var tokens: [Int: AddedToken] = [:]
  /// What decoding writes: a normalized token stands for its normalized spelling.
  private var spellings: [Int: Scalars] = [:]
  /// Contents of special tokens. Like the reference, decoding compares spellings with them.
  private var specials: Set<Scalars> = []
  /// Find the tokens in the original text and in the normalized text.
  private(set) var rawFinder, normalizedFinder: AddedTokenFinder

  init(
    _ sections: [Section], _ vocabulary: Vocabulary,
    normalize: (Scalars) throws(TokenizerError) -> Scalars
  ) throws(TokenizerError) {
    var order: [Int] = []
    var next = vocabulary.ids.count
    for section in sections {
      let token = try AddedToken(section)
      let known = ids[token.content] ?? vocabulary.ids[token.content]
      try Self.check(token, known, section)
      let other = tokens[token.id]?.content ?? vocabulary.tokens[token.id]
      guard other == nil || other == token.content else {
        throw section.wrong(
          "the id \(token.id) belongs to both \"\(brief(other!.text))\" and "
            + "\"\(brief(token.content.text))\"")
      }
      guard known != nil || token.id == next else {
        // The library numbers the tokens itself, whatever the file says.
        throw section.wrong(
          "\"\(brief(token.content.text))\" has the id \(token.id), but the next one is \(next)")
      }
      if tokens[token.id] == nil { order.append(token.id) }  // of two entries the last counts
      let spelling = token.isNormalized ? try normalize(token.content) : token.content
      (ids[token.content], tokens[token.id], spellings[token.id]) = (token.id, token, spelling)
      if token.isSpecial { specials.insert(token.content) }
      if token.id >= next { next = token.id + 1 }
    }
    let (spelled, found) = (spellings, tokens)
    let candidates = order.map { (spelling: spelled[$0]!, token: found[$0]!) }
    rawFinder = AddedTokenFinder(candidates.filter { !$0.token.isNormalized })
    normalizedFinder = AddedTokenFinder(candidates.filter { $0.token.isNormalized })
  }

  private static func check(
    _ token: AddedToken, _ known: Int?, _ section: Section
  ) throws(TokenizerError) {
    guard known == nil || known == token.id else {
      throw section.wrong(
        "\"\(brief(token.content.text))\" has the id \(token.id) here, and \(known!) elsewhere in "
          + "this file")
    }
  }

  /// What decoding writes for `id`, nil if it is no added token.
  func spelling(of id: Int) -> Scalars? { spellings[id] }

  /// Whether decoding without special tokens omits `spelling`.
  func isSpecial(_ spelling: Scalars) -> Bool { specials.contains(spelling) }
}

/// Finds added tokens in a text: the leftmost match, and of several the longest.
struct AddedTokenFinder: Sendable {
  typealias Candidate = (spelling: Scalars, token: AddedToken)
  /// The tokens by first code point, the longest first, and of equal ones the first in the file.
  private var candidates: [Unicode.Scalar: [Candidate]] = [:]

  init(_ tokens: [Candidate]) {
    let sorted = tokens.enumerated().sorted {
      ($1.element.spelling.count, $0.offset) < ($0.element.spelling.count, $1.offset)
    }
    for (_, (spelling, token)) in sorted {
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
