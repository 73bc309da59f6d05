import NanoVLA
import Tensors

/// CLIP + GPT-2: the smallest VLM, a combination of two models that were trained separately.
///
/// GPT-2 was trained on text alone. Two layers project CLIP's patch features to GPT-2's width, and the
/// image tokens become a prefix of the text; only these two layers must be trained.
///
/// - Letters: B prompts, H×W pixels, P patches, T tokens, V and D widths of vision and language
///   model.
/// - Reference: Mokady et al., "ClipCap" (2021), §3, with patches instead of one vector.
public final class CLIPGPT2: VisionLanguageModel {
  public let vision: VisionTransformer
  public let projector: MLP
  public let language: GPT2

  /// A network with random weights.
  public init(_ configuration: CLIPGPT2Configuration, using random: inout SeededRandom) {
    let (c, D) = (configuration, configuration.language.width)
    vision = VisionTransformer(c.vision, using: &random)
    projector = MLP(
      width: c.vision.width, hidden: D, outputs: D, activation: .gelu, using: &random)
    language = GPT2(c.language, using: &random)
  }

  public var imageSize: Int { vision.configuration.imageSize }

  /// The image tokens: [B, H, W, 3] → [B, P, D].
  public func encodeImage(_ images: Tensor) -> Tensor {
    projector(vision.features(images))  // [B, H, W, 3] → [B, P, V] → [B, P, D]
      .traced("image tokens", "the patches, projected to the language model's width")
  }

  /// The image tokens, then the text tokens: [B, P + T, D].
  /// - Throws: ``PromptError`` if there are more tokens than GPT-2 has positions.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    let patches = vision.configuration.patchCount
    try language.check(ids, imageTokens: patches, at: nil)
    return try language.embed(ids, placing: encodeImage(images), at: nil)
  }

  /// The names of the weights in three files: CLIP's, GPT-2's, and the projector's.
  public static let visionWeights =
    VisionTransformer.clipWeights(under: "(vision_model.|)")
    + WeightMap(
      [:],
      ignoring: [  // a whole CLIP's text tower and projections
        "text_model.*", "text_projection.*", "visual_projection.*", "logit_scale",
      ])
  public static let languageWeights = GPT2.weights()
  public static let projectorWeights = WeightMap([
    "expand": "projector.0", "contract": "projector.2",
  ])
}

/// The sizes of a ``CLIPGPT2``; the defaults are a nano one.
public struct CLIPGPT2Configuration: Sendable, Equatable {
  public var vision = VisionTransformerConfiguration.clip
  public var language = GPT2Configuration()

  /// Nano size.
  public init() {}
}
