import NanoVLA

/// FAST encodes a whole chunk of actions as a few tokens, fewer the smoother the motion is.
///
///     values [T, A] → DCT over time → round(scale · coefficient) → symbols, low frequencies first → BPE
///
/// Bins spend A tokens on every time step, although the next step of a smooth motion can nearly be
/// predicted from this one. Its DCT has a few large coefficients and many zeros, and byte-pair encoding
/// turns frequent sequences, such as a run of zeros, into one token.
///
/// The alphabet is fixed: the integers −M … M with M = round(scale·√T). T values in [−1, 1] have no
/// larger coefficient, so every chunk can be encoded. The reference starts its alphabet at the smallest
/// coefficient of the training data and cannot encode a smaller one; tokens that decode to no chunk
/// become zeros there and are an error here.
///
/// - Letters: T steps in a chunk, A action dimensions.
/// - Reference: Pertsch et al., "FAST: Efficient Action Tokenization" (2025), §V;
///   physical-intelligence/fast, processing_action_tokenizer.py.
public struct FASTTokenizer: Sendable {
  /// T and A
  public let steps, dimensions: Int
  /// Coefficients are multiplied by it and rounded: with 10, their error is at most 0.05.
  public let scale: Double
  /// The merges in the order of learning; the i-th is token `alphabet` + i.
  public let pairs: [BytePairEncoding.Pair]

  /// M: a rounded coefficient is one of −M … M.
  public let largest: Int
  private let transform: DiscreteCosineTransform
  private let merge: BytePairEncoding
  /// The number of symbols of each token: one for those of the alphabet, more for merges.
  let lengths: [Int]

  /// The number of symbols before any merge, 2M + 1.
  public var alphabet: Int { 2 * largest + 1 }
  /// The number of tokens; fewer than requested if the data had no more pairs.
  public var vocabulary: Int { alphabet + pairs.count }

  /// Chunk → tokens: `[T, A]` → at most T·A ids below `vocabulary`.
  public func encode(_ chunk: [NormalizedAction]) throws -> [Int] {
    merge(try symbols(of: chunk))
  }

  /// Tokens → chunk: ids → `[T, A]`. Rounded frequencies overshoot at a jump, so that a value may be
  /// slightly outside [−1, 1].
  ///
  /// - Throws: ``FASTError`` unless the ids decode to T·A coefficients.
  public func decode(_ tokens: [Int]) throws -> [NormalizedAction] {
    let c = try coefficients(in: tokens)  // [T, A]
    let columns = (0..<dimensions).map { a in  // [T, A] → [A, T]
      transform.inverse(c.map { Double($0[a]) / scale })
    }
    return (0..<steps).map { t in NormalizedAction(columns.map { Float($0[t]) }) }  // → [T, A]
  }

  /// The rounded coefficients of a chunk, `[T, A]`: row k holds frequency k of each dimension.
  ///
  /// They are `round(scale · dct(clip(x, −1, 1)))` over time, halves to even as in NumPy.
  public func coefficients(of chunk: [NormalizedAction]) throws -> [[Int]] {
    try FASTError.check(chunk, steps: steps, dimensions: dimensions)
    let columns = (0..<dimensions).map { a in  // [T, A] → [A, T]
      transform(chunk.map { Double(min(max($0.values[a], -1), 1)) })
        .map { Int((scale * $0).rounded(.toNearestOrEven)) }
    }
    return (0..<steps).map { k in columns.map { $0[k] } }  // [A, T] → [T, A]
  }

  /// The coefficients as symbols from 0 to 2M, all dimensions of the lowest frequency first:
  /// `[T, A]` → T·A.
  public func symbols(of chunk: [NormalizedAction]) throws -> [Int] {
    try coefficients(of: chunk).joined().map { $0 + largest }
  }

  /// The coefficients that `tokens` decode to, exactly those that were encoded: `[T, A]`.
  public func coefficients(in tokens: [Int]) throws(FASTError) -> [[Int]] {
    for (place, token) in tokens.enumerated() where !lengths.indices.contains(token) {
      throw .unknownToken(token, place: place, vocabulary: vocabulary)
    }
    // Counted before expansion: a token may stand for many symbols.
    let found = tokens.reduce(0) { $0 + lengths[$1] }
    guard found == steps * dimensions else {
      throw .wrongCount(tokens: tokens.count, found: found, steps: steps, dimensions: dimensions)
    }
    let symbols = BytePairEncoding.expanded(tokens, pairs: pairs, alphabet: alphabet)
    return (0..<steps).map { k in  // T·A → [T, A]
      symbols[k * dimensions..<(k + 1) * dimensions].map { $0 - largest }
    }
  }

  /// Learns the merges from `chunks`, which are all `[T, A]`.
  ///
  /// - Parameter vocabulary: the largest number of tokens, at least the 2M + 1 of the alphabet.
  /// - Throws: ``FASTError`` or ``ActionError``.
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

  /// A tokenizer with merges that were learned before.
  ///
  /// - Throws: ``FASTError`` for merges of unknown tokens, or longer than a chunk.
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
