import Tensors

/// InstructBLIP: BLIP-2 whose queries also depend on the instruction.
///
/// Two tokenizers encode the instruction: the language model reads it as its prompt, and the
/// ``QFormer`` reads it beside its queries, which then extract different features of the same image.
///
/// - Letters: B prompts, H×W pixels, N tokens of the vision tower, Q queries, T tokens of the
///   prompt, D width of the language model.
/// - Reference: Dai et al., "InstructBLIP: Towards General-purpose Vision-Language Models with
///   Instruction Tuning" (2023), §2.3. Left out: T5 as the language model.
public final class InstructBLIP: PublishedVLM {
  public let configuration: InstructBLIPConfiguration
  public let vision: VisionTransformer
  public let qformer: QFormer
  public let projector: Linear
  public let language: RotaryDecoder

  /// A network with random weights.
  public init(_ configuration: InstructBLIPConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let c = configuration
    vision = VisionTransformer(c.vision, using: &random)
    qformer = QFormer(c.qformer, contextWidth: c.vision.width, using: &random)
    projector = Linear(inputs: c.qformer.width, outputs: c.language.width, using: &random)
    language = RotaryDecoder(c.language, using: &random)
  }

  public var imageSize: Int { vision.configuration.imageSize }
  public var imageToken: Int? { configuration.imageToken }

  /// The image tokens, which depend on the instruction: [B, H, W, 3] → [B, Q, D].
  /// - Parameters: see ``QFormer``.
  public func encodeImage(
    _ images: Tensor, instructions: [[Int]]?, isToken: [[Bool]]? = nil
  ) throws -> Tensor {
    let features = vision(images)  // [B, H, W, 3] → [B, N, vision width], with the class token
    let queries = try qformer(features, instructions: instructions, isToken: isToken)
    return projector(queries)  // [B, Q, Q-Former width] → [B, Q, D]
      .traced("image tokens", "the queries' outputs, projected to the language model's width")
  }

  /// The image tokens without the instruction: [B, H, W, 3] → [B, Q, D].
  public func encodeImage(_ images: Tensor) throws -> Tensor {
    try encodeImage(images, instructions: nil)
  }

  /// The prompt's tokens, [B, T, D].
  /// - Parameters:
  ///   - ids: Q placeholders `<image>`, then `<s>` and the instruction. If
  ///     ``InstructBLIPConfiguration/imageToken`` is nil, no placeholders.
  ///   - instructions: the instruction as B lists of token ids of the Q-Former's tokenizer.
  ///   - isToken: false for the padding among those; nil if there is none.
  /// - Throws: ``PromptError`` if there are not Q placeholders, or an instruction is too long.
  public func prompt(
    _ ids: [[Int]], images: Tensor, instructions: [[Int]]?, isToken: [[Bool]]? = nil
  ) throws -> Tensor {
    try language.check(ids, imageTokens: configuration.imageTokenCount, at: imageToken)
    let image = try encodeImage(images, instructions: instructions, isToken: isToken)
    return try language.embed(ids, placing: image, at: imageToken)
  }

  /// The prompt's tokens with queries that do not depend on the instruction, as in BLIP-2.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try prompt(ids, images: images, instructions: nil)
  }

  /// The published names of the weights.
  public static let weights =
    VisionTransformer.blipWeights(under: "(model.|)vision_model.").inside("vision.", "")
    + QFormer.weights().inside("qformer.", "")
    + WeightMap(["projector": "(model.|)language_projection"])
    + RotaryDecoder.weights(
      body: "(language_model.model.|model.language_model.|language_model.)",
      head: "(language_model.|)"
    ).inside("language.", "")
}

/// The sizes of an ``InstructBLIP``; the defaults are a nano one.
public struct InstructBLIPConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var vision = VisionTransformerConfiguration()
  public var qformer: QFormerConfiguration = {
    var qformer = QFormerConfiguration()
    qformer.readsInstruction = true
    return qformer
  }()
  public var language = RotaryDecoderConfiguration()
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
