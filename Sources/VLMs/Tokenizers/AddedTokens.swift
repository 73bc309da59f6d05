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
    _ sections: [Section], _ vocabulary: Vocabulary, _ normalizer: Normalizer?, _ file: String
  ) throws(TokenizerError) {
    var order: [Int] = []
    var next = vocabulary.ids.count
    // For all of them: published files have up to 10,000.
    let budget = TextBudget(for: 1 << 14, stage: "normalizer", file: file)
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
      let isSpelledAnew = token.isNormalized && normalizer != nil
      let spelling = isSpelledAnew ? try normalizer!(token.content, within: budget) : token.content
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
