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

  /// - Throws: ``TextGrowth/Excess`` as soon as the text is longer than `growth` allows.
  func callAsFunction(_ text: Scalars, within growth: TextGrowth) throws(TextGrowth.Excess)
    -> Scalars
  {
    let result: Scalars
    switch self {
    case .nfc: result = NormalizationForm.nfc(text)
    case .nfd: result = NormalizationForm.nfd(text)
    case .nfkc: result = NormalizationForm.nfkc(text)
    case .nfkd: result = NormalizationForm.nfkd(text)
    case .lowercase: result = text.lowercased
    case .replace(let pattern, let content):
      result = try pattern.replaced(in: text, with: content, within: growth)
    case .prepend(let prefix): result = text.isEmpty ? text : prefix + text
    case .strip(let left, let right):
      let start = left ? text.firstIndex { !$0.properties.isWhitespace } ?? text.endIndex : 0
      let end = text.lastIndex { !$0.properties.isWhitespace }.map { $0 + 1 } ?? 0
      result = Array(text[start..<(right ? max(start, end) : text.count)])
    case .stripAccents: result = text.filter { !$0.isMark }
    case .bert(let normalizer): result = normalizer(text)
    case .sequence(let parts):
      var text = text
      for part in parts { text = try part(text, within: growth) }
      return text
    }
    try growth.check(result.count)
    return result
  }
}

extension TextPattern {
  /// `text` with each match replaced by `content`.
  func replaced(
    in text: Scalars, with content: Scalars, within growth: TextGrowth
  ) throws(TextGrowth.Excess) -> Scalars {
    let matches = matches(in: text)
    let kept = text.count - matches.reduce(0) { $0 + $1.count }
    let (added, overflows) = matches.count.multipliedReportingOverflow(by: content.count)
    guard !overflows else { throw TextGrowth.Excess(limit: growth.limit) }
    try growth.check(kept + added)
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
