import Files
import Tensors

/// Fusion: image features and text features become the few vectors that an action head reads.
///
/// Patches say what is where, words say what is wanted. Fusions differ in when and how the two are
/// combined; lesson 3 measures what that changes. There are four, each in its own file.
///
/// - Letters: B samples, P patches, T text tokens, Q output vectors, D width.
/// - Reference: Baltrušaitis et al., "Multimodal Machine Learning: A Survey and Taxonomy" (2019),
///   §6.
public protocol Fusion: Module, SelfDescribing {
  /// An untrained fusion of tokens of `width` = D numbers.
  init(_ configuration: Configuration, width: Int, using random: inout SeededRandom)

  /// Patches [B, P, D], text [B, T, D], the ``AttentionMask`` of padding [B, 1, 1, T] → [B, Q, D].
  func callAsFunction(vision: Tensor, text: Tensor, textMask: Tensor?) -> Tensor
}

extension Tensor {
  /// The mean over the tokens that are not padding: [B, T, D] → [B, D].
  ///
  /// An attention with equal scores: the softmax of the mask gives each of n tokens the weight 1/n.
  /// - Parameter mask: [B, 1, 1, T]; see ``AttentionMask``.
  public func meanOfTokens(mask: Tensor?) -> Tensor {
    guard let mask else { return mean(axis: 1) }  // [B, T, D] → [B, D]
    let weights = mask.reshaped([dim(0), 1, dim(1)]).softmax()  // [B, 1, 1, T] → [B, 1, T]
    return weights.matmul(self).reshaped([dim(0), dim(2)])  // [B, 1, T] × [B, T, D] → [B, D]
  }
}
