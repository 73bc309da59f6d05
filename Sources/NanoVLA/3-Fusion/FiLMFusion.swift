import Tensors

/// FiLM (feature-wise linear modulation): the instruction scales and shifts the image's channels.
///
/// From the mean of the text tokens come a scale and an offset for each channel, the same at every
/// patch: "red" can amplify the channels that respond to red. Then the patches are averaged, which
/// loses most of the information about where a channel responded.
///
///     y = mean over patches of mlp((1 + γ) x + β),   γ = W_γ s,   β = W_β s
///
/// - Letters: B samples, P patches, T text tokens, D width; s the mean of the text tokens.
/// - Reference: Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer" (2018),
///   §2. RT-1 conditions its image network in this way.
public final class FiLMFusion: Fusion {
  public static let kind = "film"
  public struct Configuration: Codable, Equatable, Sendable {
    /// The MLP's hidden width as a multiple of D.
    public var ratio: Int
    public init(ratio: Int = 2) { self.ratio = ratio }
  }
  public let configuration: Configuration
  public let gain: Linear  // γ
  public let offset: Linear  // β
  public let feedForward: FeedForward
  public let norm: LayerNorm

  public init(
    _ configuration: Configuration = .init(), width: Int, using random: inout SeededRandom
  ) {
    self.configuration = configuration
    gain = Linear(inputs: width, outputs: width, using: &random)
    offset = Linear(inputs: width, outputs: width, using: &random)
    feedForward = FeedForward(width: width, hidden: configuration.ratio * width, using: &random)
    norm = LayerNorm(width: width)
  }

  public func callAsFunction(vision: Tensor, text: Tensor, textMask: Tensor?) -> Tensor {
    let sentence = text.meanOfTokens(mask: textMask)  // [B, T, D] → [B, D]
      .traced("sentence", "the mean of the text tokens")
    let (B, D) = (sentence.dim(0), sentence.dim(1))
    let scale = (gain(sentence) + 1).reshaped([B, 1, D])  // [B, D] → [B, 1, D], 1 = no change
    let shift = offset(sentence).reshaped([B, 1, D])  // [B, D] → [B, 1, D]
    let modulated = (vision * scale + shift)  // [B, P, D] · [B, 1, D] + [B, 1, D] → [B, P, D]
      .traced("modulated patches", "channels scaled and shifted")
    let residual = modulated + feedForward(modulated)  // [B, P, D] → [B, P, D]
    return norm(residual.mean(axis: 1, keepingDimension: true))  // [B, P, D] → [B, 1, D]
      .traced("fused", "the mean of the patches")
  }
}
