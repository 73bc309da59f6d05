/// A table with one learned row for each symbol of a vocabulary: how a token id becomes a vector.
///
/// - Letters: V symbols, D width.
public final class Embedding: Module {
  /// The table, [V, D].
  public let weight: Tensor

  /// - Parameters:
  ///   - count: V, the size of the vocabulary.
  ///   - width: D, the length of a row.
  ///   - scale: the standard deviation of the first values.
  public init(count: Int, width: Int, scale: Float = 0.02, using random: inout SeededRandom) {
    weight = Tensor.normal([count, width], scale: scale, using: &random).asParameter()
  }

  /// The rows of `ids`: N numbers in 0 ..< V → [N, D].
  public func callAsFunction(_ ids: [Int]) -> Tensor { weight.rows(at: ids) }
}
