import Foundation
import NanoVLA
import Tensors

/// Gated cross-attention: a block that lets a language model attend to an image beside its text.
///
/// It stands before a block of a language model that knows nothing of images. Each of its steps is
/// multiplied by tanh α. Training begins at α = 0, where the language model computes exactly what it did
/// before, and opens the gates as far as images help.
///
///     x ← x + tanh α₁ · see · attention(norm₁(x), image),   x ← x + tanh α₂ · mlp(norm₂(x))
///
/// A token sees the image if it stands behind it in the text; see is 0 for the tokens before.
///
/// - Letters: B texts, T tokens, Q image tokens, V their width, D width.
/// - Reference: Alayrac et al., "Flamingo" (2022), §2.2 and figure 4.
public final class GatedCrossAttention: Module {
  public let norm1: RMSNorm
  public let attention: GroupedQueryAttention
  public let attentionGate: Tensor  // α₁: [D], or [1] for all channels
  public let norm2: RMSNorm
  public let feedForward: SwiGLU
  public let feedForwardGate: Tensor  // α₂

  /// A block with random weights and open gates, α = 1: no language model was trained without it.
  public init(_ configuration: FlamingoConfiguration, using random: inout SeededRandom) {
    let (c, text, D) = (configuration, configuration.language, configuration.language.width)
    norm1 = RMSNorm(width: D, epsilon: text.epsilon)
    attention = GroupedQueryAttention(
      width: D, heads: text.heads, headWidth: text.headWidth, contextWidth: c.vision.width,
      inputBias: false, outputBias: false,
      headNorm: c.normalizesHeads
        ? { RMSNorm(width: text.headWidth, epsilon: text.epsilon) } : nil, using: &random)
    attentionGate = Tensor.full([c.gatesChannels ? D : 1], 1).asParameter()
    norm2 = RMSNorm(width: D, epsilon: text.epsilon)
    feedForward = SwiGLU(
      width: D, hidden: text.hidden, activation: text.activation, using: &random)
    feedForwardGate = Tensor.full([c.gatesChannels ? D : 1], 1).asParameter()
  }

  /// - Parameters:
  ///   - x: text tokens, [B, T, D].
  ///   - image: [B, Q, V]; nil for a text without one.
  ///   - seen: 1 for each token behind the image and 0 before it, [B, T, 1].
  ///   - cache: the image's keys and values after the first call.
  /// - Returns: [B, T, D]
  public func callAsFunction(
    _ x: Tensor, image: Tensor?, seen: Tensor, cache: KeyValueCache.Layer? = nil
  ) -> Tensor {
    var x = x
    if let image {
      let read = attention(norm1(x), context: image, cache: cache).output  // → [B, T, D]
      x = x + read * seen * attentionGate.tanh()  // [B, T, D] · [B, T, 1] · [D] → [B, T, D]
    }
    return (x + feedForward(norm2(x)) * feedForwardGate.tanh())  // [B, T, D] · [D] → [B, T, D]
      .traced("gated cross-attention", "input + gated attention to the image + gated MLP")
  }
}
