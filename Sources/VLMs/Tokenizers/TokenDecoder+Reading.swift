/// The section "decoder" of a tokenizer.json.
extension TokenDecoder {
  static let supported = [
    "ByteLevel", "ByteFallback", "Metaspace", "Replace", "Strip", "Fuse", "WordPiece",
    "BPEDecoder", "Sequence",
  ]

  init(_ section: Section) throws(TokenizerError) {
    switch try section.type() {
    case "ByteLevel": self = .byteLevel
    case "ByteFallback": self = .byteFallback
    case "Metaspace":
      let metaspace = try Metaspace(section)
      self = .metaspace(mark: metaspace.mark, removesFirst: metaspace.prefix != .never)
    case "Replace":
      self = .replace(
        try TextPattern(section.required("pattern")),
        with: try section.required("content").scalars())
    case "Strip":
      let content = try section.required("content").scalars()
      guard content.count == 1 else { throw section.wrong("\"content\" must be one character") }
      self = .strip(
        content[0], start: try section.required("start").count(),
        stop: try section.required("stop").count())
    case "Fuse": self = .fuse
    case "WordPiece":
      self = .wordPiece(
        prefix: try section["prefix"]?.scalars() ?? Scalars("##"),
        cleansUp: try section.flag("cleanup", usual: true))
    case "BPEDecoder":
      let suffix = try section["suffix"]?.scalars() ?? Scalars("</w>")
      guard !suffix.isEmpty else { throw section.wrong("\"suffix\" is empty") }
      self = .wordEnd(suffix)
    case "Sequence":
      self = .sequence(
        try section.required("decoders").items().map { item throws(TokenizerError) in
          try TokenDecoder(item)
        })
    case let other: throw section.unsupported("decoder " + other, supported: Self.supported)
    }
  }
}
