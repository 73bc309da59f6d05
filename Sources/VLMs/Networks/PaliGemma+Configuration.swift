import Files

/// config.json → the sizes of a PaliGemma, with the defaults of transformers.
extension PaliGemmaConfiguration {
  /// Reads a `paligemma`, or the `vlm_config` of a `pi0`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    vision = try json["vision_config"].part(
      ["siglip_vision_model": VisionTransformerConfiguration.init(siglip:)],
      default: "siglip_vision_model")
    let text = json["text_config"]
    _ = try text["model_type"].choice(["gemma": true], default: "gemma")
    language = try RotaryDecoderConfiguration(
      text, default: "gemma", besides: ["num_image_tokens", "use_bidirectional_attention"])
    try text["use_bidirectional_attention"].mustBe(true)
    language.readsPromptBothWays = true
    isTied = try json["tie_word_embeddings"].bool(default: false) || isTied
    let token = try json["image_token_index"].agreeing(with: json["image_token_id"])
    imageToken = try token.int(0...4_194_304, default: 256_000)
    try language.checkSize(
      json["vision_config"]["image_size"], imageTokens: vision.patchCount)
    _ = json["hidden_size"]  // of the text model, which says it too
    try json.refuseOtherFamilies("PaliGemma")
  }
}
