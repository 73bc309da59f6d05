import Tensors

/// Token embedding: each id of the vocabulary has a learned vector, and each position adds one.
///
/// Attention treats its input as a set. The position vectors make "the cup on the plate" differ
/// from "the plate on the cup". They start as sines and cosines and are learned from there.
///
/// - Letters: B instructions, T tokens of each (padded), D width, V ids.
/// - Reference: Vaswani et al., "Attention Is All You Need" (2017), §3.4 and §3.5.
public final class TokenEmbedding: Module {
  public let words: Embedding  // [V, D]
  public let positions: Tensor  // [T, D]

  /// Vectors of `width` = D numbers for `vocabulary` = V ids (with padding) at `length` = T places.
  public init(vocabulary: Int, length: Int, width: Int, using random: inout SeededRandom) {
    words = Embedding(count: vocabulary, width: width, scale: 0.5, using: &random)
    positions = PositionEncoding.line(count: length, width: width).asParameter()
  }

  /// B lists of T ids → [B, T, D].
  public func callAsFunction(_ ids: [[Int]]) -> Tensor {
    let (T, D) = (positions.dim(0), positions.dim(1))
    guard !ids.isEmpty, ids.allSatisfy({ $0.count == T }) else {
      fatalError("token embedding: lists of \(Set(ids.map(\.count)).sorted()) ids, not of \(T)")
    }
    let vectors = words(ids.flatMap { $0 })  // B·T ids → [B·T, D]
      .reshaped([ids.count, T, D])  // [B·T, D] → [B, T, D]
      .traced("text tokens", "each word's own vector")
    return (vectors + positions)  // [B, T, D] + [T, D] → [B, T, D]
      .traced("text tokens + positions", "each position adds its own vector")
  }
}
