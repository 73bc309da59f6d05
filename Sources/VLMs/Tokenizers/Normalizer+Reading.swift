/// The section "normalizer" of a tokenizer.json.
extension Normalizer {
  static let supported = [
    "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Replace", "Prepend", "Strip", "StripAccents",
    "BertNormalizer", "Sequence",
  ]

  init(_ section: Section) throws(TokenizerError) {
    switch try section.type() {
    case "NFC": self = .nfc
    case "NFD": self = .nfd
    case "NFKC": self = .nfkc
    case "NFKD": self = .nfkd
    case "Lowercase": self = .lowercase
    case "Replace":
      self = .replace(
        try TextPattern(section.required("pattern")),
        with: try section.required("content").scalars())
    case "Prepend": self = .prepend(try section.required("prepend").scalars())
    case "Strip":
      self = .strip(
        left: try section.flag("strip_left", usual: true),
        right: try section.flag("strip_right", usual: true))
    case "StripAccents": self = .stripAccents
    case "BertNormalizer": self = .bert(try BertNormalizer(section))
    case "Sequence":
      self = .sequence(
        try section.required("normalizers").items().map { item throws(TokenizerError) in
          try Normalizer(item)
        })
    case let other: throw section.unsupported("normalizer " + other, supported: Self.supported)
    }
  }
}

extension TextPattern {
  /// `{"String": "…"}` or `{"Regex": "…"}`.
  init(_ section: Section) throws(TokenizerError) {
    let regex = try section["Regex"]
    let literal = try section["String"]
    guard let source = regex ?? literal else {
      throw section.unsupported("this pattern", supported: ["String", "Regex"])
    }
    let pattern = try source.string()
    do throws(Failure) {
      if regex == nil {
        try self.init(literal: Scalars(pattern))
      } else {
        try self.init(pattern)
      }
    } catch {
      throw .badPattern(pattern, file: source.file, path: source.path, reason: error.reason)
    }
  }
}
