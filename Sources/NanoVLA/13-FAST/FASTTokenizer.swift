// FAST makes words of motions: a whole chunk of actions becomes a few tokens, fewer the smoother it
// is.
//
//   values [T, A] → waves (DCT over time) → whole numbers → symbols, slow waves first → merged (BPE)
//
// Why: bins spend A tokens on every time step, although the next step of a smooth motion can nearly
// be told from this one. In waves it is a few large numbers and many zeros; and what often comes
// together ("then only zeros") becomes one token.
//
// The alphabet is fixed: the whole numbers −M … M with M = round(scale·√T). T values in [−1, 1] have
// no larger coefficient, so every chunk can be said, trained on or not. The reference starts its
// alphabet at the smallest coefficient seen in training and cannot say a smaller one. It also turns
// tokens that spell no chunk into zeros, a motion nobody chose; here that is an error.
//
// T  steps in a chunk      A  action dimensions
//
// Reference: Pertsch et al., "FAST: Efficient Action Tokenization" (2025), section V;
// physical-intelligence/fast, processing_action_tokenizer.py.

/// Words for chunks of T actions, learned from demonstrations.
public struct FASTTokenizer: Sendable {
  /// T and A: the chunks that it reads and says.
  public let steps, dimensions: Int
  /// Coefficients are multiplied by it and rounded: 10 keeps them within 0.05.
  public let scale: Double
  /// The merges in the order of learning; the i-th is token `alphabet` + i.
  public let pairs: [BytePairEncoding.Pair]

  /// M: a coefficient is one of −M … M.
  public let largest: Int
  private let transform: DiscreteCosineTransform
  private let merge: BytePairEncoding
  /// How many symbols each token spells: one for the alphabet's, for a merge its parts' together.
  private let lengths: [Int]

  /// How many symbols there are before any merge: 2M + 1.
  public var alphabet: Int { 2 * largest + 1 }
  /// How many tokens there are; fewer than was asked for if the data had no more pairs.
  public var vocabulary: Int { alphabet + pairs.count }

  /// Chunk → tokens: `[T, A]` → at most T·A ids below `vocabulary`.
  public func encode(_ chunk: [NormalizedAction]) throws -> [Int] {
    merge(try symbols(of: chunk))
  }

  /// Tokens → chunk: ids → `[T, A]`. Waves rebuild a jump with a little overshoot, so that a value
  /// may be just outside [−1, 1]. Throws `FASTError` unless the ids spell T·A coefficients.
  public func decode(_ tokens: [Int]) throws -> [NormalizedAction] {
    let c = try coefficients(in: tokens)  // [T, A]
    let columns = (0..<dimensions).map { a in  // [T, A] → [A, T]
      transform.inverse(c.map { Double($0[a]) / scale })
    }
    return (0..<steps).map { t in NormalizedAction(columns.map { Float($0[t]) }) }  // → [T, A]
  }

  /// What is kept of a chunk: row k says how much of wave k each dimension holds, `[T, A]`.
  ///
  /// Concretely: `round(scale·dct(clip(x, −1, 1)))` over time, halves to the even side as in NumPy.
  public func coefficients(of chunk: [NormalizedAction]) throws -> [[Int]] {
    try FASTError.check(chunk, steps: steps, dimensions: dimensions)
    let columns = (0..<dimensions).map { a in  // [T, A] → [A, T]
      transform(chunk.map { Double(min(max($0.values[a], -1), 1)) })
        .map { Int((scale * $0).rounded(.toNearestOrEven)) }
    }
    return (0..<steps).map { k in columns.map { $0[k] } }  // [A, T] → [T, A]
  }

  /// The same, counted from 0 and in the order in which it is said: all dimensions of the slowest
  /// wave first. `[T, A]` → T·A numbers from 0 to 2M.
  public func symbols(of chunk: [NormalizedAction]) throws -> [Int] {
    try coefficients(of: chunk).joined().map { $0 + largest }
  }

  /// The coefficients that `tokens` spell, exactly those that were encoded: `[T, A]`.
  public func coefficients(in tokens: [Int]) throws(FASTError) -> [[Int]] {
    for (place, token) in tokens.enumerated() where !lengths.indices.contains(token) {
      throw .unknownToken(token, place: place, vocabulary: vocabulary)
    }
    // Counted before it is spelled out: a token may stand for many symbols.
    let found = tokens.reduce(0) { $0 + lengths[$1] }
    guard found == steps * dimensions else {
      throw .wrongCount(tokens: tokens.count, found: found, steps: steps, dimensions: dimensions)
    }
    let symbols = BytePairEncoding.spelledOut(tokens, pairs: pairs, alphabet: alphabet)
    return (0..<steps).map { k in  // T·A → [T, A]
      symbols[k * dimensions..<(k + 1) * dimensions].map { $0 - largest }
    }
  }

  /// Learns the words of `chunks`, which are all `[T, A]`.
  ///
  /// - Parameter vocabulary: at most so many tokens, at least the 2M + 1 of the alphabet.
  public init(
    trainedOn chunks: [[NormalizedAction]], vocabulary: Int = 1024, scale: Double = 10
  ) throws {
    guard let first = chunks.first else { throw FASTError.noChunks }
    let untrained = try FASTTokenizer(
      steps: first.count, dimensions: first.first?.count ?? 0, scale: scale, pairs: [])
    let alphabet = untrained.alphabet
    guard vocabulary >= alphabet else {
      throw FASTError.vocabularyTooSmall(vocabulary, alphabet: alphabet)
    }
    let pairs = BytePairEncoding.learnedPairs(
      from: try chunks.map(untrained.symbols), alphabet: alphabet, vocabulary: vocabulary)
    try self.init(
      steps: untrained.steps, dimensions: untrained.dimensions, scale: scale, pairs: pairs)
  }

  /// Words that were learned before. Refuses merges of tokens that do not exist yet, and what no
  /// chunk can hold.
  public init(
    steps: Int, dimensions: Int, scale: Double, pairs: [BytePairEncoding.Pair]
  ) throws(FASTError) {
    largest = try FASTError.largestCoefficient(steps: steps, dimensions: dimensions, scale: scale)
    let alphabet = 2 * largest + 1
    var lengths = Array(repeating: 1, count: alphabet)
    for pair in pairs {
      guard lengths.indices.contains(pair.left), lengths.indices.contains(pair.right),
        lengths[pair.left] + lengths[pair.right] <= steps * dimensions
      else { throw .badMerge(pair.left, pair.right, token: lengths.count) }
      lengths.append(lengths[pair.left] + lengths[pair.right])
    }
    (self.steps, self.dimensions, self.scale, self.pairs) = (steps, dimensions, scale, pairs)
    self.lengths = lengths
    transform = DiscreteCosineTransform(count: steps)
    merge = BytePairEncoding(pairs: pairs, alphabet: alphabet)
  }
}
