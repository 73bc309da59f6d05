import Files

/// config.json → the sizes of a LLaVA, with the defaults of transformers.
extension LLaVAConfiguration {
  /// Reads a `llava`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    let json = json.recorded()
    self = try LLaVAConfiguration(parts: json)
    try json.refuseOtherFamilies("LLaVA")
  }

  /// Reads what all LLaVAs have: tower, projector and language model.
  init(parts json: JSONValue) throws {
    self.init()
    vision = try VisionTransformerConfiguration(json["vision_config"])
    language = try RotaryDecoderConfiguration(json["text_config"])
    isTied = try json["tie_word_embeddings"].bool(default: false) || isTied
    projectorActivation = try json["projector_hidden_act"].activation(default: "gelu")
    projectorBias = try json["multimodal_projector_bias"].bool(default: true)
    featureBlocks = try Self.featureLayers(json["vision_feature_layer"], depth: vision.depth)
    skipsFirstToken = try json["vision_feature_select_strategy"]
      .choice(["default": true, "full": false], default: "default")
    guard imageTokenCount > 0 else {
      throw json["vision_feature_select_strategy"].unsupported(["full, for one patch"])
    }
    try json["vision_feature_layer"].mustKeep(
      "the features of an image", imageTokenCount, featureBlocks.count, vision.width)
    let token = try json["image_token_index"].agreeing(with: json["image_token_id"])
    imageToken = try token.int(0...4_194_304, default: 32_000)
    try language.checkSize(json["vision_config"]["image_size"], imageTokens: imageTokenCount)
  }

  /// The layers whose features are used, one or a list, as blocks counted from the end. The input of
  /// the first block counts as layer 0.
  private static func featureLayers(_ json: JSONValue, depth: Int) throws -> [Int] {
    let states = depth + 1
    let layers = (try? json.array()) == nil ? [json] : try json.array(count: 1...64)
    return try layers.map {
      let layer = try $0.int(-states...depth, default: -2)
      return layer < 0 ? layer : layer - states
    }
  }
}
