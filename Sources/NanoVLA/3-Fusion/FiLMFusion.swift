import Tensors

/// FiLM: the sentence turns the knobs of vision.
///
/// From the mean of the words come a gain and an offset for each channel, the same at every patch:
/// "red" can raise the channels that fire on red. Then the patches are averaged, and with them goes
/// the knowledge of WHERE a channel fired.
///
/// Letters: B samples, P patches, T words, D width.
///
/// Reference: Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer" (2018),
/// section 2. RT-1 conditions its image network in this way.
public final class FiLMFusion: Fusion {
  public let gain: Linear
  public let offset: Linear
  public let feedForward: FeedForward
  public let norm: LayerNorm

  public init(width: Int, ratio: Int = 2, using random: inout SeededRandom) {
    gain = Linear(inputs: width, outputs: width, using: &random)
    offset = Linear(inputs: width, outputs: width, using: &random)
    feedForward = FeedForward(width: width, hidden: ratio * width, using: &random)
    norm = LayerNorm(width: width)
  }

  public func callAsFunction(vision: Tensor, text: Tensor, textMask: Tensor?) -> Tensor {
    let sentence = text.meanOfTokens(mask: textMask)  // [B, T, D] → [B, D]
      .traced("sentence", "the mean of the words")
    let (B, D) = (sentence.dim(0), sentence.dim(1))
    let scale = (gain(sentence) + 1).reshaped([B, 1, D])  // [B, D] → [B, 1, D], 1 = no change
    let shift = offset(sentence).reshaped([B, 1, D])  // [B, D] → [B, 1, D]
    let tuned = vision * scale + shift  // [B, P, D] · [B, 1, D] + [B, 1, D] → [B, P, D]
    let thought = tuned + feedForward(tuned.traced("tuned patches", "channels turned up and down"))
    return norm(thought.mean(axis: 1, keepingDimension: true))  // [B, P, D] → [B, 1, D]
      .traced("fused", "the mean of the patches")
  }
}
