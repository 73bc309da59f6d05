import NanoVLA

extension FASTTokenizer: Equatable {
  /// Everything else follows from these.
  public static func == (a: Self, b: Self) -> Bool {
    (a.steps, a.dimensions, a.scale) == (b.steps, b.dimensions, b.scale) && a.pairs == b.pairs
  }

  /// The chunks of an episode, one that begins at each of its N steps: `[N, A]` → `[N, T, A]`. Near
  /// the end, where fewer than T steps are left, the last action is repeated.
  public static func chunks(
    of episode: [NormalizedAction], steps: Int
  ) -> [[NormalizedAction]] {
    episode.indices.map { start in
      (start..<start + steps).map { episode[min($0, episode.count - 1)] }
    }
  }
}

extension FASTTokenizer {
  /// The coefficients that one token stands for, −1 for −M to 1 for M.
  func coefficients(of token: Int) -> [Float] {
    BytePairEncoding.expanded([token], pairs: pairs, alphabet: alphabet)
      .map { Float($0 - largest) / Float(max(1, largest)) }
  }
}

extension RoundTrip {
  /// The round trip of `chunks`, each encoded as a whole.
  public init(of chunks: [[NormalizedAction]], in tokenizer: FASTTokenizer) throws {
    try self.init(of: chunks, encode: tokenizer.encode, decode: tokenizer.decode)
  }

  /// The round trip of `chunks` in bins, a token for each number.
  public init(of chunks: [[NormalizedAction]], in tokenizer: ActionTokenizer) throws {
    let A = chunks[0][0].count
    try self.init(
      of: chunks, encode: { try $0.flatMap(tokenizer.encode) },
      decode: { ids in
        stride(from: 0, to: ids.count, by: A).map { tokenizer.decode(Array(ids[$0..<$0 + A])) }
      })
  }
}
