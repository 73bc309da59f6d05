import Files

/// config.json → the sizes of a SmolVLM, with the defaults of transformers.
extension SmolVLMConfiguration {
  /// Reads a `smolvlm` or an `idefics3`, the name of the first SmolVLM.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    vision = try VisionTransformerConfiguration(smolVLM: json["vision_config"])
    // The training code's own settings, which stand elsewhere too or are of parts that it left out.
    language = try RotaryDecoderConfiguration(
      json["text_config"],
      besides: [
        "is_llama_config", "neftune_noise_alpha", "perceiver_config", "pixel_shuffle_factor",
        "transformers.js_config",
      ])
    isTied = try json["tie_word_embeddings"].bool(default: false) || isTied
    shuffle = try json["scale_factor"].int(1...1024, default: 2)
    guard vision.side % shuffle == 0 else {
      throw json["scale_factor"].outOfRange("a divisor of the \(vision.side) patches a side")
    }
    try json["scale_factor"].mustKeep(
      "the tokens of an image", vision.patchCount, vision.width)
    let token = try json["image_token_id"].agreeing(with: json["image_token_index"])
    imageToken = try token.int(0...4_194_304, default: 128_257)
    try language.checkSize(json["vision_config"]["image_size"], imageTokens: imageTokenCount)
    _ = json["_pad_token_id"]
    try json.refuseOtherFamilies("SmolVLM")
  }
}

extension VisionTransformerConfiguration {
  /// Reads the `vision_config` of a `smolvlm`: a SigLIP.
  /// - Throws: `JSONFileError`
  init(smolVLM json: JSONValue) throws {
    self = .siglip
    (imageSize, patchSize, width, depth, heads, hidden) = (224, 32, 1152, 12, 16, 3072)
    activation = .geluTanh
    let json = json.recorded()
    let types = ["smolvlm_vision": true, "idefics3_vision": true, "idefics3": true]
    _ = try json["model_type"].choice(types, default: "smolvlm_vision")
    try read(json)
    // Sizes of images, which preprocessor_config.json says.
    try json.refuseUnread(
      by: "SmolVLM's vision tower",
      besides: ["max_image_size", "size", "tie_word_embeddings"])
  }
}
