// What sort of tokenizer a file holds, in the words of the field.

extension TextTokenizer {
  /// "WordPiece" (BERT), "byte-level BPE" (GPT-2: all begins as 256 letters), "BPE with byte
  /// fallback" (Llama: only what is no token becomes bytes), or just "BPE".
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
