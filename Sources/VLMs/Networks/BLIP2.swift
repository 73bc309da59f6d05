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
public final class BLIP2: QueryingVLM {
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

  /// The published names of the weights.
  public static let weights =
    queryingWeights
    + WeightMap(
      [:],
      ignoring: [  // the part for text, which BLIP-2 uses only in its training
        "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight",
        "encoder.layer.{N}.intermediate.*", "encoder.layer.{N}.output.*",
      ].map { "(model.|)qformer." + $0 })
    + OPT.weights(
      body: "(language_model.model.|model.language_model.|language_model.)decoder.",
      head: "(language_model.|)"
    ).inside("language.", "")
}

/// The sizes of a ``BLIP2``; the defaults are a nano one.
public struct BLIP2Configuration: QueryingConfiguration, Sendable, Equatable {
  public var vision = VisionTransformerConfiguration()
  public var qformer = QFormerConfiguration()
  public var language = OPTConfiguration()
  public var imageToken: Int? = 32

  /// Nano size.
  public init() {}
}
