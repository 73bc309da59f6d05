import Files
import Tensors

/// A VLM whose image tokens come from a ``QFormer``: BLIP-2 and InstructBLIP.
///
/// - Letters: B prompts, H×W pixels, N tokens of the vision tower, Q queries, T tokens of the
///   prompt, D width of the language model.
public protocol QueryingVLM: PublishedVLM where Configuration: QueryingConfiguration {
  var configuration: Configuration { get }
  var vision: VisionTransformer { get }
  var qformer: QFormer { get }
  var projector: Linear { get }  // Q-Former width → D
}

extension QueryingVLM {
  public var imageSize: Int { vision.configuration.imageSize }
  public var imageToken: Int? { configuration.imageToken }

  /// The image tokens: [B, H, W, 3] → [B, Q, D].
  /// - Parameters: see ``QFormer``; nil for queries that do not depend on an instruction.
  public func encodeImage(
    _ images: Tensor, instructions: [[Int]]?, isToken: [[Bool]]? = nil
  ) throws -> Tensor {
    let features = vision(images)  // [B, H, W, 3] → [B, N, vision width], with the class token
    let queries = try qformer(features, instructions: instructions, isToken: isToken)
    return projector(queries)  // [B, Q, Q-Former width] → [B, Q, D]
      .traced("image tokens", "the queries' outputs, projected to the language model's width")
  }

  /// The image tokens without an instruction: [B, H, W, 3] → [B, Q, D].
  public func encodeImage(_ images: Tensor) throws -> Tensor {
    try encodeImage(images, instructions: nil)
  }

  /// The prompt's tokens, [B, T, D].
  /// - Parameters:
  ///   - ids: Q placeholders `<image>`, then the token that begins a text, and the text. If
  ///     ``QueryingConfiguration/imageToken`` is nil, no placeholders.
  ///   - instructions: the instruction as B lists of token ids of the Q-Former's tokenizer.
  ///   - isToken: false for the padding among those; nil if there is none.
  /// - Throws: ``PromptError`` if there are not Q placeholders, or a text is too long.
  public func prompt(
    _ ids: [[Int]], images: Tensor, instructions: [[Int]]?, isToken: [[Bool]]? = nil
  ) throws -> Tensor {
    try language.check(ids, imageTokens: configuration.imageTokenCount, at: imageToken)
    let image = try encodeImage(images, instructions: instructions, isToken: isToken)
    return try language.embed(ids, placing: image, at: imageToken)
  }

  /// The prompt's tokens with queries that do not depend on the instruction.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try prompt(ids, images: images, instructions: nil)
  }

  /// The published names of the weights of everything but the language model.
  static var queryingWeights: WeightMap {
    VisionTransformer.blipWeights(under: "(model.|)vision_model.").inside("vision.", "")
      + QFormer.weights().inside("qformer.", "")
      + WeightMap(["projector": "(model.|)language_projection"])
  }
}

/// The sizes of a ``QueryingVLM``.
public protocol QueryingConfiguration: PublishedConfiguration {
  var vision: VisionTransformerConfiguration { get set }
  var qformer: QFormerConfiguration { get set }
  /// The id of the placeholder for an image token; nil in older files, whose prompts have none and
  /// follow the image.
  var imageToken: Int? { get set }
}

extension QueryingConfiguration {
  /// The number of placeholders in a prompt.
  public var imageTokenCount: Int { qformer.queries }
  /// The beginning of a prompt: one placeholder per query.
  var imagePlaceholders: [Int] {
    imageToken.map { Array(repeating: $0, count: imageTokenCount) } ?? []
  }

  /// Reads a config.json, whose language model is one of `languageModels` by its `model_type`.
  mutating func read(
    _ json: JSONValue, _ languageModels: [String: (JSONValue) throws -> Language]
  ) throws {
    vision = try VisionTransformerConfiguration(blip: json["vision_config"])
    qformer = try QFormerConfiguration(json, contextWidth: vision.width)
    // transformers' default is OPT also for InstructBLIP, which was never published with it.
    language = try json["text_config"].part(languageModels, default: "opt")
    isTied = try json["tie_word_embeddings"].bool(default: false) || isTied
    let token = try json["image_token_index"].agreeing(with: json["image_token_id"])
    imageToken = token.exists ? try token.int(0...4_194_304) : nil
    try json["use_decoder_only_language_model"].mustBe(true)
  }
}
