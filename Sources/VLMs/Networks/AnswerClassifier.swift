import Tensors

/// Scores answers as classes: VQA as ViLT learns it, each frequent answer a class of its own.
///
/// - Letters: B summaries, D width, A answers.
public final class AnswerClassifier: Layer {
  public let expand: Linear  // D → 2D
  public let norm: LayerNorm
  public let contract: Linear  // 2D → A

  /// - Parameter answers: A.
  public init(width: Int, answers: Int, using random: inout SeededRandom) {
    expand = Linear(inputs: width, outputs: 2 * width, using: &random)
    norm = LayerNorm(width: 2 * width)
    contract = Linear(inputs: 2 * width, outputs: answers, using: &random)
  }

  /// The logits of the answers: summaries [B, D] → [B, A].
  public func callAsFunction(_ x: Tensor) -> Tensor {
    contract(norm(expand(x)).geluExact())  // [B, D] → [B, 2D] → [B, A]
  }
}
