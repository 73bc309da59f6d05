extension TextTokenizer {
  /// The kind of tokenizer: "WordPiece" (BERT), "byte-level BPE" (GPT-2), "BPE with byte fallback"
  /// (Llama: letters that are not in the vocabulary become bytes), or "BPE".
  public var kind: String {
    switch model {
    case .wordPiece: "WordPiece"
    case .bytePair where preTokenizer?.isByteLevel == true: "byte-level BPE"
    case .bytePair(let model): model.fallsBackToBytes ? "BPE with byte fallback" : "BPE"
    }
  }
}

extension PreTokenizer {
  fileprivate var isByteLevel: Bool {
    switch self {
    case .byteLevel: true
    case .sequence(let parts): parts.contains { $0.isByteLevel }
    default: false
    }
  }
}
