import Tensors

/// Masks for ``MultiHeadAttention``: who may look at whom.
///
/// A mask is added to the scores before the softmax: 0 leaves a score as it is, −10⁹ makes its
/// weight 0. Masks add up, so two reasons not to look are no problem.
///
/// Letters: B sequences, H heads, T tokens that ask, C tokens that answer.
///
/// Reference: Vaswani et al., "Attention Is All You Need" (2017), section 3.2.3.
extension MultiHeadAttention {
  /// Hides the places that are only padding: false → −10⁹, which the softmax turns to 0.
  /// - Parameter isWord: for each of B sequences, which of its C places hold something.
  /// - Returns: [B, 1, 1, C]
  public static func mask(hidingPadding isWord: [[Bool]]) -> Tensor {
    let values = isWord.flatMap { $0.map { $0 ? 0 : Float(-1e9) } }
    return Tensor(values, shape: [isWord.count, 1, 1, isWord.first?.count ?? 0])
  }

  /// Hides the future: token t may look at the past and at tokens 0…t.
  /// - Parameters:
  ///   - count: T new tokens.
  ///   - past: tokens before them, which all may look at; C = past + T.
  /// - Returns: [T, C]
  public static func causalMask(count: Int, past: Int = 0) -> Tensor {
    let values = (0..<count).flatMap { token in
      (0..<past + count).map { $0 > past + token ? Float(-1e9) : 0 }
    }
    return Tensor(values, shape: [count, past + count])
  }
}
