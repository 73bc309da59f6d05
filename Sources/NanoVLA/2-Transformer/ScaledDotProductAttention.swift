import Tensors

/// Scaled dot-product attention: every query takes a weighted average of all values.
///
/// The weight of a value depends on how well its key matches the query. Attention is the only place
/// in a transformer where tokens exchange information; every other layer treats each one alone.
///
///     output = softmax(Q Kᵀ / √d + mask) V
///
/// A score is a sum of d products, so its standard deviation grows like √d. Divided by √d it stays
/// near 1, where the softmax still has a gradient.
///
/// - Letters: B sequences, H heads, T queries, C keys and values, d the width of one head.
/// - Reference: Vaswani et al., "Attention Is All You Need" (2017), §3.2.1, equation 1. Left
///   out: dropout, and fused kernels that never store the scores.
///
/// - Parameters:
///   - Q: queries, [B, H, T, d].
///   - K: keys, [B, H, C, d].
///   - V: values, [B, H, C, d].
///   - mask: added to the scores, see ``AttentionMask``; any shape that broadcasts to [B, H, T, C].
public func scaledDotProductAttention(
  query Q: Tensor, key K: Tensor, value V: Tensor, mask: Tensor? = nil
) -> Attention {
  guard Q.shape.count == 4, Q.shape[..<2] == K.shape[..<2], Q.dim(3) == K.dim(3), K.shape == V.shape
  else {
    fatalError("attention: queries \(Q.shape), keys \(K.shape) and values \(V.shape) do not fit")
  }
  let d = Float(Q.dim(3))
  var scores = Q.matmul(transposed: K) * (1 / d.squareRoot())  // × [B, H, C, d]ᵀ → [B, H, T, C]
  if let mask { scores = scores + mask }  // [B, H, T, C] + mask → [B, H, T, C]
  scores.traced("scores", "how well each key matches each query")
  let weights = scores.softmax()  // over the keys: [B, H, T, C] → [B, H, T, C]
    .traced("weights", "softmax: each row sums to 1")
  let output = weights.matmul(V)  // [B, H, T, C] × [B, H, C, d] → [B, H, T, d]
    .traced("weighted values", "each query's weighted average of the values")
  return Attention(output: output, scores: scores, weights: weights)
}

/// The result of attention, with what a heat map of it needs.
public struct Attention {
  /// The weighted values: [B, H, T, d] of one function call, [B, T, D] of a layer.
  public let output: Tensor
  /// Before the softmax, [B, H, T, C].
  public let scores: Tensor
  /// After the softmax, [B, H, T, C]; each row sums to 1.
  public let weights: Tensor

  package init(output: Tensor, scores: Tensor, weights: Tensor) {
    (self.output, self.scores, self.weights) = (output, scores, weights)
  }
}

/// Masks for attention: which queries may attend to which keys.
///
/// A mask is added to the scores before the softmax: 0 leaves a score as it is, −10⁹ makes its
/// weight 0. Masks can be added to each other.
///
/// - Reference: Vaswani et al. (2017), §3.2.3.
public enum AttentionMask {
  private static let hidden: Float = -1e9

  /// Hides padding.
  /// - Parameter isToken: for each of B sequences, which of its C positions hold a token.
  /// - Returns: [B, 1, 1, C]
  public static func padding(_ isToken: [[Bool]]) -> Tensor {
    let values = isToken.flatMap { row in row.map { $0 ? 0 : hidden } }
    return Tensor(values, shape: [isToken.count, 1, 1, isToken.first?.count ?? 0])
  }

  /// Hides the future: a query attends to its own position and those before it.
  /// - Parameters:
  ///   - count: T, the number of queries.
  ///   - past: the number of positions before the first query, visible to all; C = past + T.
  /// - Returns: [T, C]
  public static func causal(count T: Int, past: Int = 0) -> Tensor {
    let values = (0..<T).flatMap { t in (0..<past + T).map { $0 > past + t ? hidden : 0 } }
    return Tensor(values, shape: [T, past + T])
  }
}
