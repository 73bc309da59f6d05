/// The section "pre_tokenizer" of a tokenizer.json.
extension PreTokenizer {
  static let supported = [
    "ByteLevel", "Split", "Metaspace", "BertPreTokenizer", "Digits", "Whitespace",
    "WhitespaceSplit", "Punctuation", "Sequence",
  ]

  init(_ section: Section) throws(TokenizerError) {
    switch try section.type() {
    case "ByteLevel":
      self = .byteLevel(
        prefixesSpace: try section.flag("add_prefix_space", usual: true),
        splits: try section.flag("use_regex", usual: true))
    case "Split":
      self = .split(
        try TextPattern(section.required("pattern")),
        try Splitting(section.required("behavior")),
        isInverted: try section.flag("invert", usual: false))
    case "Metaspace": self = .metaspace(try Metaspace(section))
    case "BertPreTokenizer": self = .bert
    case "Digits": self = .digits(each: try section.flag("individual_digits", usual: false))
    case "Whitespace": self = .whitespace
    case "WhitespaceSplit": self = .whitespaceSplit
    case "Punctuation":
      self = .punctuation(try section["behavior"].map(Splitting.init) ?? .isolated)
    case "Sequence":
      self = .sequence(
        try section.required("pretokenizers").items().map { item throws(TokenizerError) in
          try PreTokenizer(item)
        })
    case let other: throw section.unsupported("pre_tokenizer " + other, supported: Self.supported)
    }
  }
}

extension Splitting {
  init(_ section: Section) throws(TokenizerError) {
    let name = try section.string()
    // Both spellings occur: "MergedWithPrevious" and "merged_with_previous".
    let plain = name.filter { $0 != "_" }.lowercased()
    guard let found = Self.allCases.first(where: { $0.rawValue.lowercased() == plain }) else {
      throw section.unsupported("behavior " + name, supported: Self.allCases.map(\.rawValue))
    }
    self = found
  }
}

extension Metaspace {
  init(_ section: Section) throws(TokenizerError) {
    let mark = try section.required("replacement").scalars()
    guard mark.count == 1 else { throw section.wrong("\"replacement\" must be one character") }
    // Older files have add_prefix_space, newer ones prepend_scheme with three values.
    let usual: Prefix = try section.flag("add_prefix_space", usual: true) ? .always : .never
    let name = try section["prepend_scheme"]?.string() ?? usual.rawValue
    guard let prefix = Prefix(rawValue: name) else {
      throw section.unsupported("prepend_scheme " + name, supported: ["always", "first", "never"])
    }
    self.init(mark: mark[0], prefix: prefix, splits: try section.flag("split", usual: true))
  }
}
