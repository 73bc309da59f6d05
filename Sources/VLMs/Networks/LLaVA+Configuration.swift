import Files

/// config.json → the sizes of a LLaVA, with the defaults of transformers.
extension LLaVAConfiguration {
  /// Reads a `llava`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    vision = try json["vision_config"].part(Self.visionTowers, default: "clip_vision_model")
    if !json["vision_config"].exists {  // the default is CLIP-L at 336 pixels
      (vision.imageSize, vision.patchSize, vision.width) = (336, 14, 1024)
      (vision.depth, vision.heads, vision.hidden) = (24, 16, 4096)
    }
    language = try RotaryDecoderConfiguration(json["text_config"])
    isTied = try json["tie_word_embeddings"].bool(default: false) || isTied
    projectorActivation = try json["projector_hidden_act"].activation(default: "gelu")
    projectorBias = try json["multimodal_projector_bias"].bool(default: true)
    let states = vision.depth + 1  // the input of the first block counts as the first
    let layer = try Self.featureLayer(json).int(-states...vision.depth, default: -2)
    featureBlock = layer < 0 ? layer : layer - states
    keepsClassToken = try json["vision_feature_select_strategy"]
      .choice(["default": false, "full": true], default: "default")
    let token = try json["image_token_index"].agreeing(with: json["image_token_id"])
    imageToken = try token.int(0...4_194_304, default: 32_000)
    try language.checkSize(json["vision_config"]["image_size"], imageTokens: imageTokenCount)
    try json.refuseOtherFamilies("LLaVA")
  }

  /// The vision towers that are read, by their `model_type`.
  private static var visionTowers: [String: (JSONValue) throws -> VisionTransformerConfiguration] {
    ["clip_vision_model": VisionTransformerConfiguration.init(clip:)]
  }

  /// The layer whose features are used; a list of one is that one.
  private static func featureLayer(_ json: JSONValue) throws -> JSONValue {
    let layer = json["vision_feature_layer"]
    guard let layers = try? layer.array() else { return layer }
    guard layers.count == 1 else {
      throw layer.unsupported(["the features of one layer, such as -2, not of several"])
    }
    return layers[0]
  }
}
