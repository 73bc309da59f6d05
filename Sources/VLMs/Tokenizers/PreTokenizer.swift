/// A part of the text that is being encoded.
struct Piece: Sendable, Equatable {
  var text: Scalars
  /// Whether it is at the start of the text to encode.
  let isFirst: Bool
}

/// The second stage of a tokenizer: text → words.
///
/// The model encodes each word separately, so no token crosses the end of a word. Families differ in
/// where words end: GPT-2 keeps the space before a word, Llama writes it "▁", BERT drops it.
///
/// - Reference: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019), 2.2.
indirect enum PreTokenizer: Sendable {
  case byteLevel(prefixesSpace: Bool, splits: Bool)
  case split(TextPattern, Splitting, isInverted: Bool)
  case metaspace(Metaspace)
  case bert
  case digits(each: Bool)
  case whitespace
  case whitespaceSplit
  case punctuation(Splitting)
  case sequence([PreTokenizer])

  /// - Throws: ``TextGrowth/Excess`` as soon as the pieces together are longer than `growth` allows.
  func callAsFunction(
    _ pieces: [Piece], within growth: TextGrowth
  ) throws(TextGrowth.Excess) -> [Piece] {
    switch self {
    case .byteLevel(let prefixesSpace, let splits):
      pieces.map { prefixesSpace && $0.text.first != " " ? $0.prefixed(" ") : $0 }
        .flatMap { splits ? Splitting.isolated($0, at: Self.gpt2.matches(in: $0.text)) : [$0] }
        .map { Piece(text: ByteAlphabet.encode($0.text), isFirst: $0.isFirst) }
    case .split(let pattern, let splitting, let isInverted):
      pieces.flatMap { piece in
        splitting(piece, at: pattern.matches(in: piece.text), isInverted: isInverted)
      }
    case .metaspace(let metaspace): pieces.flatMap(metaspace.callAsFunction)
    case .bert:
      try Self.run([.whitespaceSplit, .punctuation(.isolated)], pieces, within: growth)
    case .digits(let each):
      pieces.flatMap { piece in
        (each ? Splitting.isolated : .contiguous)(piece, at: piece.positions(where: \.isNumber))
      }
    case .whitespace:
      try PreTokenizer.split(Self.words, .removed, isInverted: true)(pieces, within: growth)
    case .whitespaceSplit:
      pieces.flatMap { Splitting.removed($0, at: $0.positions(where: \.properties.isWhitespace)) }
    case .punctuation(let splitting):
      pieces.flatMap { splitting($0, at: $0.positions(where: \.isPunctuation)) }
    case .sequence(let parts): try Self.run(parts, pieces, within: growth)
    }
  }

  /// One stage after another. Each makes its text at most five times longer, but a file may name many.
  private static func run(
    _ stages: [PreTokenizer], _ pieces: [Piece], within growth: TextGrowth
  ) throws(TextGrowth.Excess) -> [Piece] {
    var pieces = pieces
    for stage in stages {
      pieces = try stage(pieces, within: growth)
      try growth.check(pieces.reduce(0) { $0 + $1.text.count })
    }
    return pieces
  }

  private static let gpt2 = try! TextPattern(
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#)
  private static let words = TextPattern(runsOf: [.word, .not(.anyOf([.word, .space]))])
}

/// SentencePiece's treatment of spaces: they are written "▁", also before the first word.
struct Metaspace: Sendable {
  enum Prefix: String, Sendable { case always, first, never }
  let mark: Unicode.Scalar
  let prefix: Prefix
  let splits: Bool

  func callAsFunction(_ piece: Piece) -> [Piece] {
    var piece = Piece(text: piece.text.map { $0 == " " ? mark : $0 }, isFirst: piece.isFirst)
    let wantsPrefix = prefix == .always || prefix == .first && piece.isFirst
    if wantsPrefix, piece.text.first != mark { piece = piece.prefixed(mark) }
    return splits ? Splitting.mergedWithNext(piece, at: piece.positions { $0 == mark }) : [piece]
  }
}
