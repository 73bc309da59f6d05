import Foundation

/// The first stage of a tokenizer: text → normalized text. Whether "Ａ", "A" and "a" become the same
/// text depends on the file.
///
/// Reference: Unicode Standard Annex 15, "Unicode Normalization Forms".
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

  func callAsFunction(_ text: Scalars) -> Scalars {
    switch self {
    case .nfc: return Scalars(text.text.precomposedStringWithCanonicalMapping)
    case .nfd: return Scalars(text.text.decomposedStringWithCanonicalMapping)
    case .nfkc: return Scalars(text.text.precomposedStringWithCompatibilityMapping)
    case .nfkd: return Scalars(text.text.decomposedStringWithCompatibilityMapping)
    case .lowercase: return text.lowercased
    case .replace(let pattern, let content): return pattern.replaced(in: text, with: content)
    case .prepend(let prefix): return text.isEmpty ? text : prefix + text
    case .strip(let left, let right):
      let start = left ? text.firstIndex { !$0.properties.isWhitespace } ?? text.endIndex : 0
      let end = text.lastIndex { !$0.properties.isWhitespace }.map { $0 + 1 } ?? 0
      return Array(text[start..<(right ? max(start, end) : text.count)])
    case .stripAccents: return text.filter { !$0.isMark }
    case .bert(let normalizer): return normalizer(text)
    case .sequence(let parts): return parts.reduce(text) { $1($0) }
    }
  }
}

extension TextPattern {
  func replaced(in text: Scalars, with content: Scalars) -> Scalars {
    var result: Scalars = []
    var end = 0
    for match in matches(in: text) {
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
    [.nonspacingMark, .spacingMark, .enclosingMark].contains(properties.generalCategory)
  }
}
