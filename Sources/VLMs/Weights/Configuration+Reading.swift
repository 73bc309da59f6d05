import Files

/// config.json → configurations, in the original spelling and that of transformers 5, with the
/// defaults that both leave out. Sizes with which no model can be built are refused with their key.
extension VisionTransformerConfiguration {
  /// Reads the `vision_config` of a LLaVA by its `model_type`; without one, CLIP-L at 336 pixels.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    let kinds = ["clip_vision_model": Self.init(clip:), "siglip_vision_model": Self.init(siglip:)]
    self = try json.part(kinds, default: "clip_vision_model")
    guard !json.exists else { return }
    (imageSize, patchSize, width, depth, heads, hidden) = (336, 14, 1024, 24, 16, 4096)
  }

  /// Reads a `siglip_vision_model`.
  /// - Throws: `JSONFileError`
  public init(siglip json: JSONValue) throws {
    self = .siglip
    (imageSize, patchSize, width, depth, heads, hidden) = (224, 16, 768, 12, 12, 3072)
    activation = .geluTanh
    let json = json.recorded()
    try read(json)
    _ = json["vision_use_head"]  // the head is for retrieval
    // PaliGemma repeats settings of its projector here.
    try json.refuseUnread(
      by: "SigLIP's vision tower",
      besides: ["num_image_tokens", "projection_dim", "projector_hidden_act", "vocab_size"])
  }

  /// Reads a `clip_vision_model`, or the `vision_config` of a CLIP.
  /// - Throws: `JSONFileError`
  public init(clip json: JSONValue) throws {
    self = .clip
    (imageSize, patchSize, width, depth, heads, hidden) = (224, 32, 768, 12, 12, 3072)
    let json = json.recorded()
    try read(json)
    try json.refuseUnread(by: "CLIP's vision tower", besides: ["projection_dim", "vocab_size"])
  }

  /// Reads the keys in `json`; the values of missing keys stay.
  /// - Parameter widthKey: the key of the width.
  mutating func read(_ json: JSONValue, width widthKey: String = "hidden_size") throws {
    imageSize = try json["image_size"].int(1...4096, default: imageSize)
    patchSize = try json["patch_size"].int(1...imageSize, default: patchSize)
    width = try json[widthKey].int(1...65_536, default: width)
    depth = try json["num_hidden_layers"].int(1...1024, default: depth)
    heads = try json["num_attention_heads"].divisor(of: width, widthKey, default: heads)
    hidden = try json["intermediate_size"].int(1...1_048_576, default: hidden)
    activation = try json["hidden_act"].activation(default: activation.rawValue)
    epsilon = try json["layer_norm_eps"].epsilon(default: Double(epsilon))
    guard try json["num_channels"].int(1...4096, default: 3) == 3 else {
      throw json["num_channels"].unsupported(["3"])
    }
    try checkSize(json["image_size"].or(json["patch_size"]))
  }
}

extension CLIPTextConfiguration {
  /// Reads the `text_config` of a CLIP.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    vocabulary = try json["vocab_size"].int(1...4_194_304, default: 49_408)
    width = try json["hidden_size"].int(1...65_536, default: 512)
    depth = try json["num_hidden_layers"].int(1...1024, default: 12)
    heads = try json["num_attention_heads"].divisor(of: width, "hidden_size", default: 8)
    hidden = try json["intermediate_size"].int(1...1_048_576, default: 2048)
    activation = try json["hidden_act"].activation(default: "quick_gelu")
    epsilon = try json["layer_norm_eps"].epsilon(default: 1e-5)
    maximumTokens = try json["max_position_embeddings"].int(1...1_048_576, default: 77)
    endToken = try json["eos_token_id"].int(0...4_194_304, default: 49_407)
    try json["is_causal"].mustBe(true)
    try json.refuseUnread(by: "CLIP's text tower", besides: ["projection_dim"])
  }
}

extension CLIPConfiguration {
  /// Reads a `clip`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    vision = try VisionTransformerConfiguration(clip: json["vision_config"])
    text = try CLIPTextConfiguration(json["text_config"])
    projection = try json["projection_dim"].int(1...65_536, default: 512)
  }
}

extension GPT2Configuration {
  /// Reads a `gpt2`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    _ = try json["model_type"].choice(["gpt2": true], default: "gpt2")
    vocabulary = try json["vocab_size"].int(1...4_194_304, default: 50_257)
    width = try json["n_embd"].int(1...65_536, default: 768)
    depth = try json["n_layer"].int(1...1024, default: 12)
    heads = try json["n_head"].divisor(of: width, "n_embd", default: 12)
    hidden = try json["n_inner"].int(1...1_048_576, default: 4 * width)
    activation = try json["activation_function"].activation(default: "gelu_new")
    epsilon = try json["layer_norm_epsilon"].epsilon(default: 1e-5)
    maximumTokens = try json["n_positions"].int(1...1_048_576, default: 1024)
    isTied = try json["tie_word_embeddings"].bool(default: true)
    for key in ["scale_attn_weights", "is_causal"] { try json[key].mustBe(true) }
    try json["scale_attn_by_inverse_layer_idx"].mustBe(false)
    try json.refuseUnread(by: "GPT-2", besides: ["n_ctx"])
  }
}
