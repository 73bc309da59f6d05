import Files

/// The third stage of a tokenizer: a word → token ids.
///
/// BPE starts from letters and merges pairs in the order in which they were learned; WordPiece takes
/// the longest known prefix, again and again.
enum TokenModel: Sendable {
  case bytePair(BytePairModel)
  case wordPiece(WordPieceModel)

  /// The ids of a word.
  /// - Parameter vocabulary: the model's own tokens; added tokens are none of them.
  /// - Throws: ``TokenizerError/unknownLetter(_:unknown:file:path:)``, or what `budget` throws.
  func callAsFunction(
    _ word: Scalars, _ vocabulary: Vocabulary, within budget: TextBudget
  ) throws(TokenizerError) -> [Int] {
    switch self {
    case .bytePair(let model): try model(word, vocabulary, within: budget)
    case .wordPiece(let model): try model(word, vocabulary, within: budget)
    }
  }

  /// The name of the token that stands for what the vocabulary lacks; nil if there is none.
  var unknownToken: String? {
    switch self {
    case .bytePair(let model): model.unknown?.name
    case .wordPiece(let model): model.unknown.name
    }
  }

  init(_ section: Section, _ vocabulary: Vocabulary) throws(TokenizerError) {
    self =
      try Self.type(section) == "BPE"
      ? .bytePair(BytePairModel(section, vocabulary))
      : .wordPiece(WordPieceModel(section, vocabulary))
  }

  /// The kind of model: "BPE" or "WordPiece".
  /// - Throws: ``TokenizerError`` for another kind, whose vocabulary has a form of its own.
  @discardableResult
  static func type(_ section: Section) throws(TokenizerError) -> String {
    // Old files have no type; a model with merges is BPE.
    if try section["type"] == nil, try section["merges"] != nil { return "BPE" }
    let (type, known) = (try section.type(), ["BPE", "WordPiece"])
    guard known.contains(type) else { throw section.unsupported("model " + type, supported: known) }
    return type
  }
}

/// The token that stands for what the vocabulary lacks. A file may name one that the vocabulary lacks
/// too, which is no mistake before a text needs it.
struct UnknownToken: Sendable {
  private let id: Int?
  let name: String
  private let file, path: String

  init(_ name: Scalars, _ section: Section, _ vocabulary: Vocabulary) {
    (id, self.name) = (vocabulary.ids[name], name.text)
    (file, path) = (section.file, section.path)
  }

  func id(for letter: Scalars) throws(TokenizerError) -> Int {
    guard let id else {
      throw .unknownLetter(letter.text, unknown: name, file: file, path: path)
    }
    return id
  }
}

/// WordPiece: "gripper" → "grip" "##per". A word that cannot be split becomes one unknown token.
///
/// - Reference: Schuster & Nakajima, "Japanese and Korean Voice Search" (2012).
struct WordPieceModel: Sendable {
  let unknown: UnknownToken
  /// The mark of a token that continues a word: "##".
  let prefix: Scalars
  let longestWord: Int
  private let longestToken: Int

  func callAsFunction(
    _ word: Scalars, _ vocabulary: Vocabulary, within budget: TextBudget
  ) throws(TokenizerError) -> [Int] {
    guard word.count <= longestWord else { return [try unknown.id(for: word)] }
    var found: [Int] = []
    var start = 0
    while start < word.count {
      var piece = (start == 0 ? [] : prefix) + word[start..<min(word.count, start + longestToken)]
      let lead = start == 0 ? 0 : prefix.count
      try budget.spend(piece.count)
      var id = vocabulary.ids[piece]
      while id == nil, piece.count > lead + 1 {
        piece.removeLast()
        try budget.spend(piece.count)
        id = vocabulary.ids[piece]
      }
      guard let id else { return [try unknown.id(for: word)] }
      found.append(id)
      start += piece.count - lead
    }
    return found
  }

  init(_ section: Section, _ vocabulary: Vocabulary) throws(TokenizerError) {
    prefix = try section["continuing_subword_prefix"]?.scalars() ?? Scalars("##")
    longestWord = try section["max_input_chars_per_word"]?.count() ?? 100
    longestToken = vocabulary.ids.keys.map(\.count).max() ?? 0
    let name = try section["unk_token"]?.scalars() ?? Scalars("[UNK]")
    unknown = UnknownToken(name, section, vocabulary)
  }
}
