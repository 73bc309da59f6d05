import Tensors

/// Gated fusion: each modality is averaged first, then a gate mixes them channel by channel.
///
///     fused = g · tanh(W_v v) + (1 − g) · tanh(W_s s),   g = sigmoid(W_g [v; s])
///
/// This is late fusion: the image is averaged first, so that words cannot select a patch.
///
/// - Letters: B samples, P patches, T text tokens, D width; v and s the means of both.
/// - Reference: Arevalo et al., "Gated Multimodal Units for Information Fusion" (2017), §3.
public final class GatedFusion: Fusion {
  public static let kind = "gated"
  public struct Configuration: Codable, Equatable, Sendable { public init() {} }
  public let configuration: Configuration
  public let visionLayer: Linear
  public let textLayer: Linear
  public let gate: Linear
  public let norm: LayerNorm

  public init(
    _ configuration: Configuration = .init(), width: Int, using random: inout SeededRandom
  ) {
    self.configuration = configuration
    visionLayer = Linear(inputs: width, outputs: width, using: &random)
    textLayer = Linear(inputs: width, outputs: width, using: &random)
    gate = Linear(inputs: 2 * width, outputs: width, using: &random)
    norm = LayerNorm(width: width)
  }

  public func callAsFunction(vision: Tensor, text: Tensor, textMask: Tensor?) -> Tensor {
    let image = vision.mean(axis: 1)  // [B, P, D] → [B, D]
      .traced("image", "the mean of the patches")
    let sentence = text.meanOfTokens(mask: textMask)  // [B, T, D] → [B, D]
      .traced("sentence", "the mean of the text tokens")
    let both = Tensor.concatenated([image, sentence], axis: 1)  // [B, D], [B, D] → [B, 2D]
    let g = gate(both).sigmoid()  // [B, 2D] → [B, D]
      .traced("gate", "1: image, 0: text")
    let mixed = g * visionLayer(image).tanh() + (1 - g) * textLayer(sentence).tanh()  // → [B, D]
    return norm(mixed).reshaped([image.dim(0), 1, image.dim(1)])  // [B, D] → [B, 1, D]
      .traced("fused", "the gated sum of both")
  }
}
