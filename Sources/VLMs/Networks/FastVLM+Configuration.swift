import Files

/// config.json → the sizes of a FastVLM, with the defaults of transformers.
extension FastVLMConfiguration {
  /// Reads a `fast_vlm`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    vision = try FastViTConfiguration(json["vision_config"])
    _ = try json["text_config"]["model_type"].string()
    language = try RotaryDecoderConfiguration(json["text_config"])
    isTied = try json["tie_word_embeddings"].bool(default: false) || isTied
    projectorActivation = try json["projector_hidden_act"].activation(default: "gelu")
    projectorBias = try json["multimodal_projector_bias"].bool(default: true)
    _ = try json["vision_feature_select_strategy"].choice(["full": true], default: "full")
    let layer = json["vision_feature_layer"]
    guard try layer.int(Int.min...Int.max, default: -1) == -1 else {
      throw layer.unsupported(["-1"])
    }
    let token = try json["image_token_index"].agreeing(with: json["image_token_id"])
    imageToken = try token.int(0...4_194_304, default: 151_646)
    let count = json["image_seq_length"]
    imageTokenCount = try count.int(1...65_536, default: 256)
    try vision.checkSize(count, imageTokens: imageTokenCount)
    try language.checkSize(count, imageTokens: imageTokenCount)
    try json.refuseOtherFamilies("FastVLM")
  }
}

extension FastViTConfiguration {
  /// Refuses `count` image tokens if the maps of so large an image need too much memory.
  func checkSize(_ count: JSONValue, imageTokens: Int) throws {
    for stage in widths.indices {
      let pixels = imageTokens << (2 * (4 - stage))  // the map is halved 4 − stage times from here
      try count.mustKeep("the output of a layer", pixels, max(hidden(stage), widths[stage]))
      guard attends(stage) else { continue }
      try count.mustKeep(
        "the matrix of attention scores", widths[stage] / headWidth, pixels, pixels)
    }
    try count.mustKeep("the output of a layer", imageTokens << 10, max(27, widths[0]))  // the stem
  }
}
