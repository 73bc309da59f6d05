import Tensors

/// Gating: each side is summed up first, then a gate decides channel by channel whom to believe.
///
///     fused = g · vision + (1 − g) · text,   g = sigmoid(W [vision; text])
///
/// The two meet as late as can be: the image has been averaged before the sentence is heard, so the
/// words can no longer point at anything.
///
/// Letters: B samples, P patches, T words, D width.
///
/// Reference: Arevalo et al., "Gated Multimodal Units for Information Fusion" (2017), section 3.
public final class GatedFusion: Fusion {
  public let seen: Linear
  public let said: Linear
  public let gate: Linear
  public let norm: LayerNorm

  public init(width: Int, using random: inout SeededRandom) {
    seen = Linear(inputs: width, outputs: width, using: &random)
    said = Linear(inputs: width, outputs: width, using: &random)
    gate = Linear(inputs: 2 * width, outputs: width, using: &random)
    norm = LayerNorm(width: width)
  }

  public func callAsFunction(vision: Tensor, text: Tensor, textMask: Tensor?) -> Tensor {
    let image = vision.mean(axis: 1).traced("image", "the mean of the patches")  // → [B, D]
    let sentence = text.meanOfTokens(mask: textMask).traced("sentence", "the mean of the words")
    let both = Tensor.concatenated([image, sentence], axis: 1)  // [B, D], [B, D] → [B, 2D]
    let g = gate(both).sigmoid().traced("gate", "0 believes the words, 1 the image")  // → [B, D]
    let mixed = g * seen(image).tanh() + (1 - g) * said(sentence).tanh()  // → [B, D]
    return norm(mixed).reshaped([image.dim(0), 1, image.dim(1)])  // [B, D] → [B, 1, D]
      .traced("fused", "one channel from here, one from there")
  }
}
