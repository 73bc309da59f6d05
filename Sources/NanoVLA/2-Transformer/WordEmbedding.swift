import Tensors

/// Word embedding: each word of the vocabulary is a learned vector, and its place adds another.
///
/// Letters: B instructions, T places (the longest instruction), D width, V words.
///
/// Reference: Vaswani et al., "Attention Is All You Need" (2017), sections 3.4 and 3.5.
public final class WordEmbedding: Module {
  public let words: Embedding  // [V, D]
  public let positions: Tensor  // [T, D]

  public init(vocabulary: Int, length: Int, width: Int, using random: inout SeededRandom) {
    words = Embedding(count: vocabulary, width: width, scale: 0.5, using: &random)
    positions = PositionEncoding.line(count: length, width: width).asParameter()
  }

  /// - Parameter ids: B lists of T word numbers, padded to one length.
  /// - Returns: [B, T, D]
  public func callAsFunction(_ ids: [[Int]]) -> Tensor {
    guard let length = ids.first?.count, ids.allSatisfy({ $0.count == length }),
      length == positions.dim(0)
    else {
      fatalError("words: lists of \(Set(ids.map(\.count)).sorted()), not of \(positions.dim(0))")
    }
    let vectors = words(ids.flatMap { $0 })  // B·T numbers → [B·T, D]
      .reshaped([ids.count, length, words.weight.dim(1)])  // [B·T, D] → [B, T, D]
      .traced("words", "each word's own vector")
    return (vectors + positions)  // [B, T, D] + [T, D] → [B, T, D]
      .traced("words + positions", "each place in the sentence adds one")
  }
}
