/// BERT's normalization: removes control characters and accents, turns whitespace into spaces, puts
/// spaces around Chinese characters so that each becomes a word, and converts to lower case.
///
/// - Reference: Devlin et al., "BERT" (2019), and its code's BasicTokenizer.
struct BertNormalizer: Sendable {
  let cleansText, separatesChinese, stripsAccents, lowercases: Bool

  func callAsFunction(_ text: Scalars) -> Scalars {
    var text = text
    if cleansText {
      text = text.filter { !$0.isRemoved }.map { $0.properties.isWhitespace ? " " : $0 }
    }
    if separatesChinese { text = text.flatMap { $0.isChinese ? [" ", $0, " "] : [$0] } }
    if stripsAccents {
      text = NormalizationForm.nfd(text)
        .filter { $0.category(in: UnicodeTables.categories) != .nonspacingMark }
    }
    return lowercases ? text.lowercased : text
  }

  init(_ section: Section) throws(TokenizerError) {
    cleansText = try section.flag("clean_text", usual: true)
    separatesChinese = try section.flag("handle_chinese_chars", usual: true)
    lowercases = try section.flag("lowercase", usual: true)
    // By default accents are removed whenever the text is converted to lower case.
    stripsAccents = try section.flag("strip_accents", usual: lowercases)
  }
}

extension Unicode.Scalar {
  fileprivate var isRemoved: Bool {
    switch category(in: UnicodeTables.categories) {
    case .control: !["\t", "\n", "\r"].contains(self)
    case .format, .privateUse: true
    default: value == 0xFFFD
    }
  }

  fileprivate var isChinese: Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
