import NanoVLA
import Tensors

/// LLaVA-1.5: a language model that reads an image as if its patches were words.
///
/// CLIP's tower looks at the image, two layers turn each patch into a vector that the language model
/// could have read, and these stand in the prompt where it says `<image>`. Nothing else connects the
/// two; the language model's own attention does the rest.
///
/// Letters: B prompts, H×W pixels, P patches, T tokens, D width of the language model.
///
/// Reference: Liu et al., "Improved Baselines with Visual Instruction Tuning" (2023), section 3.2.
public final class LLaVA: PublishedVLM {
  public let configuration: LLaVAConfiguration
  public let vision: VisionTransformer
  public let projector: MLP
  public let language: Llama

  public init(_ configuration: LLaVAConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, D) = (configuration, configuration.language.width)
    vision = VisionTransformer(c.vision, using: &random)
    projector = MLP(
      width: c.vision.width, hidden: D, outputs: D, activation: c.projectorActivation,
      bias: c.projectorBias, using: &random)
    language = Llama(c.language, using: &random)
  }

  public var imageSize: Int { vision.configuration.imageSize }

  /// The image as words: [B, H, W, 3] → [B, P, D].
  public func see(_ images: Tensor) -> Tensor {
    let features = vision.features(
      images, block: configuration.featureBlock, keepingPrefix: configuration.keepsClassToken)
    return projector(features)  // [B, P, vision width] → [B, P, D]
      .traced("image words", "the patches, in the language model's own vectors")
  }

  /// - Parameter ids: with `<image>` written once for every patch.
  /// - Throws: ``PromptError`` if it is not.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try language.embed(ids, placing: see(images), at: configuration.imageToken)
  }

  /// Where a checkpoint holds the weights: as published, or as either of two later versions saves it.
  public static let weights =
    VisionTransformer.clipWeights(under: "(model.|)vision_tower.(vision_model.|)")
    .inside("vision.", "")
    + WeightMap([
      "projector.expand": "(model.|)multi_modal_projector.linear_1",
      "projector.contract": "(model.|)multi_modal_projector.linear_2",
    ])
    + Llama.weights(
      body: "(language_model.model.|model.language_model.)", head: "(language_model.|)"
    ).inside("language.", "")
}

/// The sizes of a ``LLaVA``; the defaults are a nano one.
public struct LLaVAConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var vision = VisionTransformerConfiguration.clip
  public var language = LlamaConfiguration()
  public var projectorActivation = Activation.gelu
  public var projectorBias = true
  /// Which block's patches are read, from the end: −2 is the last but one.
  public var featureBlock = -2
  public var keepsClassToken = false
  /// The number that stands for a patch in a prompt.
  public var imageToken = 32

  public init() {}

  /// How often `<image>` stands in a prompt, for each image.
  public var imageTokenCount: Int {
    vision.patchCount + (keepsClassToken ? vision.prefixCount : 0)
  }
}
