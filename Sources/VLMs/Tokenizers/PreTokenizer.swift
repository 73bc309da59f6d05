// The second stage: text → words. The model then cuts each word by itself, so no token ever reaches
// over a word's end. Where words end is each family's own: GPT-2 keeps the blank before a word with
// it, Llama writes it "▁", BERT drops it.
//
// Reference: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019), 2.2.

/// A stretch of the text on its way to become tokens.
struct Piece: Sendable, Equatable {
  var text: Scalars
  /// Whether it stands at the very start of what was to be encoded.
  let isFirst: Bool
}

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

  func callAsFunction(_ pieces: [Piece]) -> [Piece] {
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
      PreTokenizer.punctuation(.isolated)(PreTokenizer.whitespaceSplit(pieces))
    case .digits(let each):
      pieces.flatMap { piece in
        (each ? Splitting.isolated : .contiguous)(piece, at: piece.places(where: \.isNumber))
      }
    case .whitespace:
      PreTokenizer.split(Self.words, .removed, isInverted: true)(pieces)
    case .whitespaceSplit:
      pieces.flatMap { Splitting.removed($0, at: $0.places(where: \.properties.isWhitespace)) }
    case .punctuation(let splitting):
      pieces.flatMap { splitting($0, at: $0.places(where: \.isPunctuation)) }
    case .sequence(let parts): parts.reduce(pieces) { $1($0) }
    }
  }

  private static let gpt2 = try! TextPattern(
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#)
  private static let words = TextPattern(runsOf: [.word, .not(.anyOf([.word, .space]))])
}

/// SentencePiece's way to keep blanks: they are written "▁", also before the first word.
struct Metaspace: Sendable {
  enum Prefix: String, Sendable { case always, first, never }
  let mark: Unicode.Scalar
  let prefix: Prefix
  let splits: Bool

  func callAsFunction(_ piece: Piece) -> [Piece] {
    var piece = Piece(text: piece.text.map { $0 == " " ? mark : $0 }, isFirst: piece.isFirst)
    let wantsPrefix = prefix == .always || prefix == .first && piece.isFirst
    if wantsPrefix, piece.text.first != mark { piece = piece.prefixed(mark) }
    return splits ? Splitting.mergedWithNext(piece, at: piece.places { $0 == mark }) : [piece]
  }
}
