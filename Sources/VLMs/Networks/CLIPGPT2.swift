import NanoVLA
import Tensors

/// CLIP + GPT-2: the smallest VLM, put together from two models that never met.
///
/// GPT-2 was trained on text alone. CLIP's patches, turned by two layers into vectors of GPT-2's
/// width, stand before the words like a prefix in another language; only those two layers need
/// training for the words to begin to make use of it.
///
/// Letters: B prompts, H×W pixels, P patches, T tokens, V and D widths of vision and language model.
///
/// Reference: Mokady et al., "ClipCap" (2021), section 3, with patches in place of one vector.
public final class CLIPGPT2: VisionLanguageModel {
  public let vision: VisionTransformer
  public let projector: MLP
  public let language: GPT2

  public init(_ configuration: CLIPGPT2Configuration, using random: inout SeededRandom) {
    let (c, D) = (configuration, configuration.language.width)
    vision = VisionTransformer(c.vision, using: &random)
    projector = MLP(
      width: c.vision.width, hidden: D, outputs: D, activation: .gelu, using: &random)
    language = GPT2(c.language, using: &random)
  }

  public var imageSize: Int { vision.configuration.imageSize }

  /// The image as words: [B, H, W, 3] → [B, P, D].
  public func see(_ images: Tensor) -> Tensor {
    projector(vision.features(images))  // [B, H, W, 3] → [B, P, V] → [B, P, D]
      .traced("image words", "the patches, in the language model's own vectors")
  }

  /// The image's words, then the prompt's: [B, P + T, D].
  /// - Throws: ``PromptError`` if there are more than GPT-2 has positions for.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try language.embed(ids, placing: see(images), at: nil)
  }

  /// Where three checkpoints hold the weights: CLIP's, GPT-2's, and the two layers between them.
  public static let visionWeights = VisionTransformer.clipWeights(under: "(vision_model.|)")
  public static let languageWeights = GPT2.weights()
  public static let projectorWeights = WeightMap([
    "expand": "projector.0", "contract": "projector.2",
  ])
}

/// The sizes of a ``CLIPGPT2``; the defaults are a nano one.
public struct CLIPGPT2Configuration: Sendable, Equatable {
  public var vision = VisionTransformerConfiguration.clip
  public var language = GPT2Configuration()

  public init() {}
}
