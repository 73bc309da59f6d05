/// The first stage of a tokenizer: text → normalized text. Whether "Ａ", "A" and "a" become the same
/// text depends on the file.
///
/// - Reference: Unicode Standard Annex 15, "Unicode Normalization Forms"; see ``UnicodeTables``.
indirect enum Normalizer: Sendable {
  /// Composed and decomposed forms; K also replaces compatibility characters ("ﬁ" → "fi").
  case nfc, nfd, nfkc, nfkd
  case lowercase
  case replace(TextPattern, with: Scalars)
  case prepend(Scalars)
  case strip(left: Bool, right: Bool)
  case stripAccents
  case bert(BertNormalizer)
  case sequence([Normalizer])

  /// - Throws: ``TokenizerError`` as soon as `budget` is used up.
  func callAsFunction(_ text: Scalars, within budget: TextBudget) throws(TokenizerError)
    -> Scalars
  {
    try budget.spend(text.count * costPerLetter)
    let result: Scalars
    switch self {
    case .nfc: result = NormalizationForm.nfc(text)
    case .nfd: result = NormalizationForm.nfd(text)
    case .nfkc: result = NormalizationForm.nfkc(text)
    case .nfkd: result = NormalizationForm.nfkd(text)
    case .lowercase: result = text.lowercased
    case .replace(let pattern, let content):
      result = try pattern.replaced(in: text, with: content, within: budget)
    case .prepend(let prefix): result = text.isEmpty ? text : prefix + text
    case .strip(let left, let right):
      let start = left ? text.firstIndex { !$0.properties.isWhitespace } ?? text.endIndex : 0
      let end = text.lastIndex { !$0.properties.isWhitespace }.map { $0 + 1 } ?? 0
      result = Array(text[start..<(right ? max(start, end) : text.count)])
    case .stripAccents: result = text.filter { !$0.isMark }
    case .bert(let normalizer): result = normalizer(text)
    case .sequence(let parts):
      var text = text
      for part in parts { text = try part(text, within: budget) }
      return text
    }
    try budget.make(result.count)
    return result
  }

  /// Steps that a letter takes; the tables of Unicode take longer than a comparison.
  private var costPerLetter: Int {
    switch self {
    case .nfc, .nfd, .nfkc, .nfkd: 64
    case .bert, .lowercase, .stripAccents: 16
    case .replace, .prepend, .strip, .sequence: 1
    }
  }
}

extension TextPattern {
  /// `text` with each match replaced by `content`.
  func replaced(
    in text: Scalars, with content: Scalars, within budget: TextBudget
  ) throws(TokenizerError) -> Scalars {
    let matches = try matches(in: text, within: budget)
    let kept = text.count - matches.reduce(0) { $0 + $1.count }
    let (added, overflows) = matches.count.multipliedReportingOverflow(by: content.count)
    guard !overflows else { throw budget.tooLong }
    try budget.make(kept + added)
    var result: Scalars = []
    var end = 0
    for match in matches {
      result += text[end..<match.lowerBound] + content
      end = match.upperBound
    }
    return result + text[end...]
  }
}

extension Array where Element == Unicode.Scalar {
  /// Each code point by itself, so that a final Σ becomes σ, not ς.
  var lowercased: Scalars { flatMap { Scalars($0.properties.lowercaseMapping) } }
}

extension Unicode.Scalar {
  fileprivate var isMark: Bool {
    let category = category(in: UnicodeTables.normalization)
    return [.nonspacingMark, .spacingMark, .enclosingMark].contains(category)
  }
}
