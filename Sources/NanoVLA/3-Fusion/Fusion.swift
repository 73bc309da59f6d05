import Tensors

/// Fusion: what was seen meets what was said.
///
/// Vision tokens tell what is where, words tell what is wanted. A fusion turns both into a few
/// vectors for an action head: which of the things seen matters now. Four ways follow, each in its
/// own file; they differ in WHEN the two meet, and lesson 3 measures what that changes.
///
/// Letters: B samples, P patches, T words, Q vectors that come out, D width.
public protocol Fusion: Module {
  /// - Parameters:
  ///   - vision: patch features, [B, P, D].
  ///   - text: word features, [B, T, D].
  ///   - textMask: hides padding, [B, 1, 1, T]; see ``MultiHeadAttention/mask(hidingPadding:)``.
  /// - Returns: [B, Q, D]
  func callAsFunction(vision: Tensor, text: Tensor, textMask: Tensor?) -> Tensor
}

extension Tensor {
  /// The mean over the words that are not padding: [B, T, D] → [B, D].
  ///
  /// An attention with equal scores: the softmax of the mask alone gives each word 1/n.
  func meanOfTokens(mask: Tensor?) -> Tensor {
    guard let mask else { return mean(axis: 1) }  // [B, T, D] → [B, D]
    let weights = mask.reshaped([dim(0), 1, dim(1)]).softmax()  // [B, 1, 1, T] → [B, 1, T]
    return weights.matmul(self).reshaped([dim(0), dim(2)])  // [B, 1, T] × [B, T, D] → [B, D]
  }
}
