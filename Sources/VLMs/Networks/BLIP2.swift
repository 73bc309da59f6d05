import Tensors

/// BLIP-2: a language model that reads an image as a small, fixed number of tokens.
///
/// LLaVA passes on every patch. BLIP-2 puts a ``QFormer`` between vision tower and language model: its
/// few queries attend to the image and become the image tokens, whatever the image's size. Both large
/// models can stay frozen; only the layers between them are trained.
///
/// - Letters: B prompts, H×W pixels, N tokens of the vision tower, Q queries, T tokens of the
///   prompt, D width of the language model.
/// - Reference: Li et al., "BLIP-2: Bootstrapping Language-Image Pre-training with Frozen Image
///   Encoders and Large Language Models" (2023), §3. Left out: T5 as the language model.
public final class BLIP2: PublishedVLM {
  public let configuration: BLIP2Configuration
  public let vision: VisionTransformer
  public let qformer: QFormer
  public let projector: Linear
  public let language: OPT

  /// A network with random weights.
  public init(_ configuration: BLIP2Configuration, using random: inout SeededRandom) {
    self.configuration = configuration
    let c = configuration
    vision = VisionTransformer(c.vision, using: &random)
    qformer = QFormer(c.qformer, contextWidth: c.vision.width, using: &random)
    projector = Linear(inputs: c.qformer.width, outputs: c.language.width, using: &random)
    language = OPT(c.language, using: &random)
  }

  public var imageSize: Int { vision.configuration.imageSize }
  public var imageToken: Int? { configuration.imageToken }

  /// The image tokens: [B, H, W, 3] → [B, Q, D].
  public func encodeImage(_ images: Tensor) throws -> Tensor {
    let features = vision(images)  // [B, H, W, 3] → [B, N, vision width], with the class token
    return projector(try qformer(features))  // → [B, Q, Q-Former width] → [B, Q, D]
      .traced("image tokens", "the queries' outputs, projected to the language model's width")
  }

  /// The prompt's tokens, [B, T, D].
  /// - Parameter ids: Q placeholders `<image>`, then the token that begins a text, and the text. If
  ///   ``BLIP2Configuration/imageToken`` is nil, no placeholders.
  /// - Throws: ``PromptError`` if there are not Q placeholders, or the prompt is too long.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try language.check(ids, imageTokens: configuration.imageTokenCount, at: imageToken)
    return try language.embed(ids, placing: encodeImage(images), at: imageToken)
  }

  /// The published names of the weights.
  public static let weights =
    VisionTransformer.blipWeights(under: "(model.|)vision_model.").inside("vision.", "")
    + QFormer.weights().inside("qformer.", "")
    + WeightMap(
      [:],
      ignoring: [  // the part for text, which BLIP-2 uses only in its training
        "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight",
        "encoder.layer.{N}.intermediate.*", "encoder.layer.{N}.output.*",
      ].map { "(model.|)qformer." + $0 })
    + WeightMap(["projector": "(model.|)language_projection"])
    + OPT.weights(
      body: "(language_model.model.|model.language_model.|language_model.)decoder.",
      head: "(language_model.|)"
    ).inside("language.", "")
}

/// The sizes of a ``BLIP2``; the defaults are a nano one.
public struct BLIP2Configuration: PublishedConfiguration, Sendable, Equatable {
  public var vision = VisionTransformerConfiguration()
  public var qformer = QFormerConfiguration()
  public var language = OPTConfiguration()
  /// The id of the placeholder for an image token; nil in older files, whose prompts have none and
  /// follow the image.
  public var imageToken: Int? = 32

  /// Nano size.
  public init() {}

  /// The number of placeholders in a prompt.
  public var imageTokenCount: Int { qformer.queries }
  /// The beginning of a prompt: one placeholder per query.
  var imagePlaceholders: [Int] {
    imageToken.map { Array(repeating: $0, count: imageTokenCount) } ?? []
  }
}
