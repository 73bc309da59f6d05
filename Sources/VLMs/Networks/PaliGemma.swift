import NanoVLA
import Tensors

/// PaliGemma: a language model that reads image and question in both directions, and answers causally.
///
/// A SigLIP tower encodes the image, and one layer projects each patch to the width of a Gemma. Image
/// and question are given, not predicted, so nothing need be hidden from them: all tokens of the prompt
/// attend to one another, and the image tokens depend on the question (prefix language modeling).
/// Gemma multiplies the embeddings of text by √D; image tokens are used as the projector gives them.
///
/// - Letters: B prompts, H×W pixels, P patches, V and D widths of tower and language model, T
///   tokens.
/// - Reference: Beyer et al., "PaliGemma: A versatile 3B VLM for transfer" (2024), §3.1 and
///   figure 2. Left out: PaliGemma 2, whose language model is Gemma 2.
public final class PaliGemma: PublishedVLM {
  public let configuration: PaliGemmaConfiguration
  public let vision: VisionTransformer
  public let projector: Linear  // V → D
  public let language: RotaryDecoder

  /// A network with random weights.
  public init(_ configuration: PaliGemmaConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let c = configuration
    vision = VisionTransformer(c.vision, using: &random)
    projector = Linear(inputs: c.vision.width, outputs: c.language.width, using: &random)
    language = RotaryDecoder(c.language, using: &random)
  }

  public var imageSize: Int { vision.configuration.imageSize }
  public var imageToken: Int? { configuration.imageToken }

  /// The image tokens: [B, H, W, 3] → [B, P, D].
  public func encodeImage(_ images: Tensor) -> Tensor {
    projector(vision(images))  // [B, H, W, 3] → [B, P, V] → [B, P, D]
      .traced("image tokens", "the patches, projected to the language model's width")
  }

  /// The prompt's tokens, [B, T, D].
  /// - Parameters:
  ///   - ids: B prompts with one placeholder `<image>` per patch.
  ///   - images: one for each prompt; or several, N for each, whose placeholders follow in this order.
  /// - Throws: ``PromptError`` if there are not N·P placeholders, or a prompt is too long.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    let count = images.dim(0) / max(ids.count, 1) * configuration.vision.patchCount
    try language.check(ids, imageTokens: count, at: imageToken)
    let tokens = encodeImage(images)  // [B·N, H, W, 3] → [B·N, P, D]
      .reshaped([ids.count, count, -1])  // [B·N, P, D] → [B, N·P, D]
    return try language.embed(ids, placing: tokens, at: imageToken)
  }

  /// The published names of the weights, also as later versions of transformers save them.
  public static let weights: WeightMap =
    towerWeights(under: "(model.|)")
    + RotaryDecoder.weights(
      body: "(language_model.model.|model.language_model.)", head: "(language_model.|)"
    ).inside("language.", "")

  /// The published names of tower and projector, below `root`.
  static func towerWeights(under root: String) -> WeightMap {
    VisionTransformer.clipWeights(under: root + "vision_tower.(vision_model.|)")
      .inside("vision.", "")
      + WeightMap(["projector": root + "multi_modal_projector.linear"])
  }
}

/// The sizes of a ``PaliGemma``; the defaults are a nano one.
public struct PaliGemmaConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var vision = VisionTransformerConfiguration.siglip
  public var language = RotaryDecoderConfiguration()
  /// The id of the placeholder for an image token.
  public var imageToken = 32

  /// Nano size: a Gemma whose heads share one key and value.
  public init() {
    vision.activation = .geluTanh
    (language.keyValueHeads, language.activation, language.epsilon) = (1, .geluTanh, 1e-6)
    (language.normOffset, language.scalesEmbeddings, language.isTied) = (1, true, true)
    language.readsPromptBothWays = true
  }
}
