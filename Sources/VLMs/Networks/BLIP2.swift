import Tensors

/// BLIP-2: an image told to a language model in a fixed, small number of words.
///
/// LLaVA hands over every patch. Here a ``QFormer`` stands between: its few queries look at the
/// image and are what the language model reads, whatever the image's size. So both large models,
/// the vision tower and the language model, can stay frozen, and only what is between them is trained.
///
/// Letters: B prompts, H×W pixels, N places of the vision tower, Q queries, T tokens, D width of the
/// language model.
///
/// Reference: Li et al., "BLIP-2: Bootstrapping Language-Image Pre-training with Frozen Image
/// Encoders and Large Language Models" (2023), section 3. Left out: T5 as the language model.
public final class BLIP2: PublishedVLM {
  public let configuration: BLIP2Configuration
  public let vision: VisionTransformer
  public let qformer: QFormer
  public let projector: Linear
  public let language: OPT

  public init(_ configuration: BLIP2Configuration, using random: inout SeededRandom) {
    self.configuration = configuration
    let c = configuration
    vision = VisionTransformer(c.vision, using: &random)
    qformer = QFormer(c.qformer, contextWidth: c.vision.width, using: &random)
    projector = Linear(inputs: c.qformer.width, outputs: c.language.width, using: &random)
    language = OPT(c.language, using: &random)
  }

  public var imageSize: Int { vision.configuration.imageSize }

  /// The image as words: [B, H, W, 3] → [B, Q, D].
  public func see(_ images: Tensor) throws -> Tensor {
    let places = vision(images)  // [B, H, W, 3] → [B, N, vision width], the class token among them
    return projector(try qformer(places))  // → [B, Q, Q-Former width] → [B, Q, D]
      .traced("image words", "what the queries found, in the language model's own vectors")
  }

  /// - Parameter ids: the image's places stand first, `<image>` written once for every query; then
  ///   the token that begins a text, and the text. Without ``BLIP2Configuration/imageToken`` no
  ///   places are written.
  /// - Throws: ``PromptError`` if the places are not Q, or the prompt is longer than the model reads.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try language.embed(ids, placing: see(images), at: configuration.imageToken)
  }

  /// Where a checkpoint holds the weights.
  public static let weights =
    VisionTransformer.blipWeights(under: "(model.|)vision_model.").inside("vision.", "")
    + QFormer.weights().inside("qformer.", "")
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
  /// The number that stands for a query in a prompt; nil in older files, whose prompts are written
  /// without places and read after the image.
  public var imageToken: Int? = 32

  public init() {}

  /// How often `<image>` stands in a prompt, for each image.
  public var imageTokenCount: Int { qformer.queries }
  /// The beginning of a prompt: a place for every query.
  var imagePlaces: [Int] {
    imageToken.map { Array(repeating: $0, count: imageTokenCount) } ?? []
  }
}
