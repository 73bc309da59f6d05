/// Unicode properties as the `tokenizers` library sees them.
///
/// Each part of that library has tables of its own age, and a character that a table does not know
/// yet is unassigned to it: no letter, no mark, no punctuation, and without a decomposition. Swift's
/// tables are younger (17.0). An id depends on the difference, so each property is read as of the
/// version that the library's part has:
///
///     8.0     punctuation; what BERT's normalizer removes (unicode_categories)
///     9.0     NFC, NFD, NFKC, NFKD; the marks that StripAccents removes
///             (unicode-normalization-alignments)
///     16.0    patterns and their classes \p, \w, \d; Whitespace's words (Oniguruma, regex)
///     17.0    lower case, numbers, whitespace (Rust's standard library)
///
/// Measured on all code points with version 0.23 of the library.
enum UnicodeTables {
  static let categories: Unicode.Version = (8, 0)
  static let normalization: Unicode.Version = (9, 0)
  static let patterns: Unicode.Version = (16, 0)

  /// Characters whose category is another one today: (the version of the change, what they were).
  fileprivate static let changed:
    [Unicode.Scalar: (in: Unicode.Version, was: Unicode.GeneralCategory)] = [
      "\u{295}": ((17, 0), .lowercaseLetter), "\u{166D}": ((12, 0), .otherPunctuation),
      "\u{1734}": ((14, 0), .nonspacingMark), "\u{1885}": ((9, 0), .otherLetter),
      "\u{1886}": ((9, 0), .otherLetter), "\u{1CF2}": ((12, 0), .spacingMark),
      "\u{1CF3}": ((12, 0), .spacingMark), "\u{A9BD}": ((11, 0), .spacingMark),
      "\u{111C9}": ((11, 0), .otherPunctuation), "\u{1171E}": ((16, 0), .nonspacingMark),
    ]
}

extension Unicode.Scalar {
  /// Whether the character is assigned in `version` of the Unicode Standard.
  func isAssigned(in version: Unicode.Version) -> Bool {
    properties.age.map { $0 <= version } ?? false
  }

  /// The general category that the character has in `version` of the Unicode Standard.
  func category(in version: Unicode.Version) -> Unicode.GeneralCategory {
    if value < 0x250 { return properties.generalCategory }  // the same in all versions
    guard isAssigned(in: version) || properties.age == nil else { return .unassigned }
    if let change = UnicodeTables.changed[self], version < change.in { return change.was }
    return properties.generalCategory
  }
}
