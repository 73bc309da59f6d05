/// A set of code points, as a pattern names it: `x`, `[a-z]`, `\p{L}`, `\s`, `.`.
///
/// - Reference: Unicode Technical Standard 18, "Unicode Regular Expressions", §1.2
///   (properties); see ``UnicodeTables``.
indirect enum ScalarSet: Sendable {
  case range(ClosedRange<Unicode.Scalar>)
  case categories([Unicode.GeneralCategory])
  case space
  /// Unicode's word characters; `patternWord` is Oniguruma's `\w`, without joiners.
  case word, patternWord
  case anyOf([ScalarSet])
  case not(ScalarSet)
  /// Ignores case.
  case ignoringCase(ScalarSet)

  static func one(_ scalar: Unicode.Scalar) -> ScalarSet { .range(scalar...scalar) }

  /// The categories whose short names begin with `name`: "L" all letters, "Lu" the capitals.
  static func category(_ name: String) -> ScalarSet? {
    let found = Unicode.GeneralCategory.named.filter { $0.name.hasPrefix(name) }.map(\.category)
    return name.isEmpty || found.isEmpty ? nil : .categories(found)
  }

  /// How many ranges or tables a look-up reads.
  var cost: Int {
    switch self {
    case .range: 1
    case .categories, .space, .word, .patternWord: 4
    case .anyOf(let sets): sets.reduce(1) { $0 + $1.cost }
    case .not(let set): 1 + set.cost
    case .ignoringCase(let set): 16 + 3 * set.cost
    }
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .range(let range): range.contains(scalar)
    case .categories(let all): all.contains(scalar.category(in: UnicodeTables.patterns))
    case .space: scalar.properties.isWhitespace
    case .word: scalar.isWord
    case .patternWord: scalar.isWord && !scalar.isJoiner || scalar.isLatinNumber
    case .anyOf(let sets): sets.contains { $0.contains(scalar) }
    case .not(let set): !set.contains(scalar)
    case .ignoringCase(let set): scalar.cases.contains(where: set.contains)
    }
  }
}

extension Unicode.Scalar {
  /// Letters, marks, digits, "_" and the two invisible joiners.
  var isWord: Bool {
    switch category(in: UnicodeTables.patterns) {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
    case .unassigned: false
    default: properties.isAlphabetic || isJoiner
    }
  }

  /// ², ³, ¹, ¼, ½, ¾, which Oniguruma counts as word characters, unlike all other such numbers.
  fileprivate var isLatinNumber: Bool {
    value < 256 && properties.generalCategory == .otherNumber
  }

  fileprivate var isJoiner: Bool { value == 0x200C || value == 0x200D }

  /// Numbers of every script, fractions and Roman numerals included.
  var isNumber: Bool {
    switch properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }

  /// Unicode's punctuation, and the ASCII symbols that BERT counts with it, such as "$".
  var isPunctuation: Bool {
    switch category(in: UnicodeTables.categories) {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      true
    default: isASCII && (33...126).contains(value) && !properties.isAlphabetic && !isNumber
    }
  }

  /// This code point in both cases. The upper case of "ſ" is "S", so it matches "s" too.
  fileprivate var cases: [Unicode.Scalar] {
    let capitals = properties.uppercaseMapping.unicodeScalars
    let small = capitals.flatMap { $0.properties.lowercaseMapping.unicodeScalars }
    return [self] + (capitals.count == 1 ? Array(capitals) : []) + (small.count == 1 ? small : [])
  }
}

extension Unicode.GeneralCategory {
  /// Every category with its short name in the standard.
  fileprivate static let named: [(name: String, category: Unicode.GeneralCategory)] = [
    ("Lu", .uppercaseLetter), ("Ll", .lowercaseLetter), ("Lt", .titlecaseLetter),
    ("Lm", .modifierLetter), ("Lo", .otherLetter), ("Mn", .nonspacingMark), ("Mc", .spacingMark),
    ("Me", .enclosingMark), ("Nd", .decimalNumber), ("Nl", .letterNumber), ("No", .otherNumber),
    ("Pc", .connectorPunctuation), ("Pd", .dashPunctuation), ("Ps", .openPunctuation),
    ("Pe", .closePunctuation), ("Pi", .initialPunctuation), ("Pf", .finalPunctuation),
    ("Po", .otherPunctuation), ("Sm", .mathSymbol), ("Sc", .currencySymbol),
    ("Sk", .modifierSymbol), ("So", .otherSymbol), ("Zs", .spaceSeparator), ("Zl", .lineSeparator),
    ("Zp", .paragraphSeparator), ("Cc", .control), ("Cf", .format), ("Cs", .surrogate),
    ("Co", .privateUse), ("Cn", .unassigned),
  ]
}
