import Tensors

/// InstructBLIP: BLIP-2 whose queries know what they are asked before they look.
///
/// The instruction is read twice, by two tokenizers: the language model reads it as its prompt, and
/// the ``QFormer`` reads it beside its queries, which then find other things in the same image.
///
/// Letters: B prompts, H×W pixels, N places of the vision tower, Q queries, T tokens, D width of the
/// language model.
///
/// Reference: Dai et al., "InstructBLIP: Towards General-purpose Vision-Language Models with
/// Instruction Tuning" (2023), section 2.3. Left out: T5 as the language model.
public final class InstructBLIP: PublishedVLM {
  public let configuration: InstructBLIPConfiguration
  public let vision: VisionTransformer
  public let qformer: QFormer
  public let projector: Linear
  public let language: Llama

  public init(_ configuration: InstructBLIPConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let c = configuration
    vision = VisionTransformer(c.vision, using: &random)
    qformer = QFormer(c.qformer, contextWidth: c.vision.width, using: &random)
    projector = Linear(inputs: c.qformer.width, outputs: c.language.width, using: &random)
    language = Llama(c.language, using: &random)
  }

  public var imageSize: Int { vision.configuration.imageSize }

  /// The image as words, found with the instruction in mind: [B, H, W, 3] → [B, Q, D].
  /// - Parameters: as ``QFormer`` takes them.
  public func see(
    _ images: Tensor, instructions: [[Int]]?, isWord: [[Bool]]? = nil
  ) throws -> Tensor {
    let places = vision(images)  // [B, H, W, 3] → [B, N, vision width], the class token among them
    let found = try qformer(places, instructions: instructions, isWord: isWord)
    return projector(found)  // [B, Q, Q-Former width] → [B, Q, D]
      .traced("image words", "what the queries found, in the language model's own vectors")
  }

  /// The same with queries that do not know it.
  public func see(_ images: Tensor) throws -> Tensor { try see(images, instructions: nil) }

  /// - Parameters:
  ///   - ids: the image's places stand first, `<image>` written once for every query; then `<s>` and
  ///     the instruction. Without ``InstructBLIPConfiguration/imageToken`` no places are written.
  ///   - instructions: the instruction again, B lists of token numbers of the Q-Former's tokenizer.
  ///   - isWord: which of those are no padding; without it, all.
  /// - Throws: ``PromptError`` if the places are not Q, or an instruction is too long to be read.
  public func prompt(
    _ ids: [[Int]], images: Tensor, instructions: [[Int]]?, isWord: [[Bool]]? = nil
  ) throws -> Tensor {
    let image = try see(images, instructions: instructions, isWord: isWord)
    return try language.embed(ids, placing: image, at: configuration.imageToken)
  }

  /// The same with queries that look without knowing the instruction, as BLIP-2's do.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try prompt(ids, images: images, instructions: nil)
  }

  /// Where a checkpoint holds the weights.
  public static let weights =
    VisionTransformer.blipWeights(under: "(model.|)vision_model.").inside("vision.", "")
    + QFormer.weights().inside("qformer.", "")
    + WeightMap(["projector": "(model.|)language_projection"])
    + Llama.weights(
      body: "(language_model.model.|model.language_model.|language_model.)",
      head: "(language_model.|)"
    ).inside("language.", "")
}

/// The sizes of an ``InstructBLIP``; the defaults are a nano one.
public struct InstructBLIPConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var vision = VisionTransformerConfiguration()
  public var qformer: QFormerConfiguration = {
    var qformer = QFormerConfiguration()
    qformer.readsWords = true
    return qformer
  }()
  public var language = LlamaConfiguration()
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
