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

  /// - Throws: ``TokenizerError`` as soon as `budget` is used up.
  func callAsFunction(
    _ pieces: [Piece], within budget: TextBudget
  ) throws(TokenizerError) -> [Piece] {
    switch self {
    case .byteLevel(let prefixesSpace, let splits):
      let whole = pieces.map { prefixesSpace && $0.text.first != " " ? $0.prefixed(" ") : $0 }
      let parts = splits ? try Self.split(whole, Self.gpt2, .isolated, within: budget) : whole
      return parts.map { Piece(text: ByteAlphabet.encode($0.text), isFirst: $0.isFirst) }
    case .split(let pattern, let splitting, let isInverted):
      return try Self.split(pieces, pattern, splitting, isInverted: isInverted, within: budget)
    case .metaspace(let metaspace): return pieces.flatMap(metaspace.callAsFunction)
    case .bert:
      return try Self.run([.whitespaceSplit, .punctuation(.isolated)], pieces, within: budget)
    case .digits(let each):
      return pieces.flatMap { piece in
        (each ? Splitting.isolated : .contiguous)(piece, at: piece.positions(where: \.isNumber))
      }
    case .whitespace:
      return try Self.split(pieces, Self.words, .removed, isInverted: true, within: budget)
    case .whitespaceSplit:
      return pieces.flatMap {
        Splitting.removed($0, at: $0.positions(where: \.properties.isWhitespace))
      }
    case .punctuation(let splitting):
      return pieces.flatMap { splitting($0, at: $0.positions(where: \.isPunctuation)) }
    case .sequence(let parts): return try Self.run(parts, pieces, within: budget)
    }
  }

  /// One stage after another. Each makes its text at most five times longer, but a file may name many.
  private static func run(
    _ stages: [PreTokenizer], _ pieces: [Piece], within budget: TextBudget
  ) throws(TokenizerError) -> [Piece] {
    var pieces = pieces
    for stage in stages {
      pieces = try stage(pieces, within: budget)
      // A piece takes more steps than a letter.
      try budget.make(pieces.reduce(0) { $0 + $1.text.count })
      try budget.spend(16 * pieces.count)
    }
    return pieces
  }

  private static func split(
    _ pieces: [Piece], _ pattern: TextPattern, _ splitting: Splitting, isInverted: Bool = false,
    within budget: TextBudget
  ) throws(TokenizerError) -> [Piece] {
    var parts: [Piece] = []
    for piece in pieces {
      let matches = try pattern.matches(in: piece.text, within: budget)
      parts += splitting(piece, at: matches, isInverted: isInverted)
    }
    return parts
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
