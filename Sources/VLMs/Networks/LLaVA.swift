import NanoVLA
import Tensors

/// LLaVA-1.5: a language model that reads an image's patches as tokens of its prompt.
///
/// A vision tower, CLIP's or SigLIP's, encodes the image, two layers project each patch to the language model's width,
/// and these image tokens replace the placeholders `<image>` in the prompt. The fusion of image and
/// text is the language model's self-attention.
///
/// - Letters: B prompts, H×W pixels, P patches, T tokens, D width of the language model.
/// - Reference: Liu et al., "Improved Baselines with Visual Instruction Tuning" (2023), §3.2.
public final class LLaVA: PublishedVLM {
  public let configuration: LLaVAConfiguration
  public let vision: VisionTransformer
  public let projector: MLP
  public let language: RotaryDecoder

  /// A network with random weights.
  public init(_ configuration: LLaVAConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, D) = (configuration, configuration.language.width)
    vision = VisionTransformer(c.vision, using: &random)
    projector = MLP(
      width: c.vision.width * c.featureBlocks.count, hidden: D, outputs: D,
      activation: c.projectorActivation, bias: c.projectorBias, using: &random)
    language = RotaryDecoder(c.language, using: &random)
  }

  public var imageSize: Int { vision.configuration.imageSize }
  public var imageToken: Int? { configuration.imageToken }

  /// The image tokens: [B, H, W, 3] → [B, P, D].
  public func encodeImage(_ images: Tensor) -> Tensor {
    project(images)
      .traced("image tokens", "the patches, projected to the language model's width")
  }

  /// The projected patches of each picture: [B, H, W, 3] → [B, P, D].
  func project(_ images: Tensor) -> Tensor {
    let features = vision.features(
      images, blocks: configuration.featureBlocks,
      skipping: configuration.skipsFirstToken ? 1 : 0)  // [B, H, W, 3] → [B, P, features]
    return projector(features)  // [B, P, features] → [B, P, D]
  }

  /// The prompt's tokens, [B, T, D].
  /// - Parameter ids: with one placeholder `<image>` per patch.
  /// - Throws: ``PromptError`` if there are not P placeholders, or the prompt is too long.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try language.check(ids, imageTokens: configuration.imageTokenCount, at: imageToken)
    return try language.embed(ids, placing: encodeImage(images), at: imageToken)
  }

  /// The published names of the weights, also as two later versions of transformers save them.
  public static let weights =
    VisionTransformer.clipWeights(under: "(model.|)vision_tower.(vision_model.|)")
    .inside("vision.", "")
    + WeightMap([
      "projector.expand": "(model.|)multi_modal_projector.linear_1",
      "projector.contract": "(model.|)multi_modal_projector.linear_2",
    ])
    + RotaryDecoder.weights(
      body: "(language_model.model.|model.language_model.)", head: "(language_model.|)"
    ).inside("language.", "")
}

/// The sizes of a ``LLaVA``; the defaults are a nano one.
public struct LLaVAConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var vision = VisionTransformerConfiguration.clip
  public var language = RotaryDecoderConfiguration()
  public var projectorActivation = Activation.gelu
  public var projectorBias = true
  /// The blocks whose patch features are used, from the end: −2 is the one before the last.
  public var featureBlocks = [-2]
  /// Whether the first token is left out: CLIP's class token, but the first patch in a tower without.
  public var skipsFirstToken = true
  /// The id of the placeholder for an image token.
  public var imageToken = 32

  /// Nano size.
  public init() {}

  /// The number of placeholders in a prompt.
  public var imageTokenCount: Int {
    vision.patchCount + vision.prefixCount - (skipsFirstToken ? 1 : 0)
  }
}
