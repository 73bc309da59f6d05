import Files

/// The sizes of a ``ViLT``; the defaults are a nano one.
public struct ViLTConfiguration: Sendable, Equatable {
  /// The blocks, and the patches.
  public var encoder: VisionTransformerConfiguration = {
    var encoder = VisionTransformerConfiguration()
    encoder.epsilon = 1e-12
    return encoder
  }()
  public var vocabulary = 64
  /// The longest text, in tokens; images have positions of their own.
  public var maximumTokens = 24
  public var textTypes = 2
  /// Whether queries, keys and values have a bias.
  public var inputBias = true
  /// Text, image, and in some checkpoints a second image.
  public var modalities = 2
  /// The answers that a classifier scores; nil for none.
  public var answers: [String]?

  /// Nano size.
  public init() {}

  /// A tower without blocks.
  var patches: VisionTransformerConfiguration {
    var patches = encoder
    (patches.depth, patches.postNorm) = (0, false)
    return patches
  }
}

/// config.json → the sizes of a ViLT, with the defaults of transformers.
extension ViLTConfiguration {
  /// Reads a `vilt`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    (encoder.imageSize, encoder.patchSize, encoder.width) = (384, 32, 768)
    (encoder.depth, encoder.heads, encoder.hidden) = (12, 12, 3072)
    try encoder.read(json)
    vocabulary = try json["vocab_size"].int(1...4_194_304, default: 30_522)
    maximumTokens = try json["max_position_embeddings"].int(1...1_048_576, default: 40)
    textTypes = try json["type_vocab_size"].int(1...65_536, default: 2)
    modalities = try json["modality_type_vocab_size"].int(2...65_536, default: 2)
    inputBias = try json["qkv_bias"].bool(default: true)
    // Other settings read a random part of the patches, or two images in one prompt.
    let (patches, images) = (json["max_image_length"], json["num_images"])
    guard try patches.int(Int.min...Int.max, default: -1) < 0 else {
      throw patches.unsupported(["-1, all patches"])
    }
    guard try images.int(Int.min...Int.max, default: -1) <= 1 else {
      throw images.unsupported(["-1 or 1"])
    }
    try readAnswers(json)
    _ = json["tie_word_embeddings"]  // of the head for masked words
    try json.refuseUnread(by: "ViLT")
  }

  private mutating func readAnswers(_ json: JSONValue) throws {
    let names = json["architectures"]
    let heads = try names.exists ? names.array(count: 0...16).map { try $0.string() } : []
    guard heads.contains("ViltForQuestionAnswering") else { return }
    let labels = json["id2label"]
    let count = labels.exists ? try labels.object().count : nil
    let stated = try json["num_labels"].int(1...1_048_576, default: count ?? 2)
    if let count, count != stated {
      throw json["num_labels"].outOfRange("the number of members of id2label, \(count)")
    }
    answers = try (0..<stated).map {
      try labels["\($0)"].string(default: labels.exists ? nil : "LABEL_\($0)")
    }
  }
}

extension ViLT {
  /// The published names of the weights; those of the encoder alone have no prefix.
  public static let weights: WeightMap = {
    let (text, layer) = ("embeddings.text_embeddings.", "encoder.layer.{N}.")
    let encoder =
      WeightMap(
        [
          "embedding": text + "word_embeddings",
          "positions": text + "position_embeddings.weight",
          "textTypes": text + "token_type_embeddings.weight",
          "textNorm": text + "LayerNorm",
          "vision.classToken": "embeddings.cls_token",
          "modalities": "embeddings.token_type_embeddings.weight",
          "blocks.{N}.norm1": layer + "layernorm_before",
          "blocks.{N}.attention.query": layer + "attention.attention.query",
          "blocks.{N}.attention.key": layer + "attention.attention.key",
          "blocks.{N}.attention.value": layer + "attention.attention.value",
          "blocks.{N}.attention.output": layer + "attention.output.dense",
          "blocks.{N}.norm2": layer + "layernorm_after",
          "blocks.{N}.feedForward.expand": layer + "intermediate.dense",
          "blocks.{N}.feedForward.contract": layer + "output.dense",
          "norm": "layernorm",
          "pooler": "pooler.dense",
        ], ignoring: [text + "position_ids", text + "token_type_ids"])
      + WeightMap(
        split: "embeddings.position_embeddings",
        into: ["vision.classPosition", "vision.patchEmbedding.positions"])
      + WeightMap(
        ["vision.patchEmbedding.projection": "embeddings.patch_embeddings.projection"],
        form: .patches)
    return encoder.inside("", "(vilt.|)")
      + WeightMap([
        "answers.expand": "classifier.0", "answers.norm": "classifier.1",
        "answers.contract": "classifier.3",
      ])
  }()
}
