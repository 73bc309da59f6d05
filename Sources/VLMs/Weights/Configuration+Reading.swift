import Files

/// config.json → configurations, in the original spelling and that of transformers 5, with the
/// defaults that both leave out. Sizes with which no model can be built are refused with their key.
extension VisionTransformerConfiguration {
  /// Reads a `clip_vision_model`, or the `vision_config` of a CLIP.
  /// - Throws: `JSONFileError`
  public init(clip json: JSONValue) throws {
    self = .clip
    (imageSize, patchSize, width, depth, heads, hidden) = (224, 32, 768, 12, 12, 3072)
    try read(json)
  }

  /// Reads the keys in `json`; the values of missing keys stay.
  mutating func read(_ json: JSONValue) throws {
    imageSize = try json["image_size"].int(1...4096, default: imageSize)
    patchSize = try json["patch_size"].divisor(of: imageSize, "image_size", default: patchSize)
    width = try json["hidden_size"].int(4...65_536, default: width)
    guard width % 4 == 0 else { throw json["hidden_size"].outOfRange("a multiple of 4") }
    depth = try json["num_hidden_layers"].int(1...1024, default: depth)
    heads = try json["num_attention_heads"].divisor(of: width, "hidden_size", default: heads)
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
    vocabulary = try json["vocab_size"].int(1...4_194_304, default: 49_408)
    width = try json["hidden_size"].int(1...65_536, default: 512)
    depth = try json["num_hidden_layers"].int(1...1024, default: 12)
    heads = try json["num_attention_heads"].divisor(of: width, "hidden_size", default: 8)
    hidden = try json["intermediate_size"].int(1...1_048_576, default: 2048)
    activation = try json["hidden_act"].activation(default: "quick_gelu")
    epsilon = try json["layer_norm_eps"].epsilon(default: 1e-5)
    maximumTokens = try json["max_position_embeddings"].int(1...1_048_576, default: 77)
    endToken = try json["eos_token_id"].int(0...4_194_304, default: 49_407)
  }
}

extension CLIPConfiguration {
  /// Reads a `clip`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
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
    vocabulary = try json["vocab_size"].int(1...4_194_304, default: 50_257)
    width = try json["n_embd"].int(1...65_536, default: 768)
    depth = try json["n_layer"].int(1...1024, default: 12)
    heads = try json["n_head"].divisor(of: width, "n_embd", default: 12)
    hidden = try json["n_inner"].int(1...1_048_576, default: 4 * width)
    activation = try json["activation_function"].activation(default: "gelu_new")
    epsilon = try json["layer_norm_epsilon"].epsilon(default: 1e-5)
    maximumTokens = try json["n_positions"].int(1...1_048_576, default: 1024)
    try json["tie_word_embeddings"].mustBe(true)
    try json["scale_attn_weights"].mustBe(true)
    try json["scale_attn_by_inverse_layer_idx"].mustBe(false)
  }
}

extension LlamaConfiguration {
  /// Reads a `llama`, or the `text_config` of a VLM.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    vocabulary = try json["vocab_size"].int(1...4_194_304, default: 32_000)
    width = try json["hidden_size"].int(1...65_536, default: 4096)
    depth = try json["num_hidden_layers"].int(1...1024, default: 32)
    heads = try json["num_attention_heads"].int(1...65_536, default: 32)
    keyValueHeads = try json["num_key_value_heads"]
      .divisor(of: heads, "num_attention_heads", default: heads)
    if !json["head_dim"].exists, width % heads != 0 {
      throw json["num_attention_heads"].outOfRange("a divisor of hidden_size, \(width)")
    }
    headWidth = try json["head_dim"].int(1...65_536, default: width / heads)
    guard headWidth % 2 == 0 else { throw json["head_dim"].outOfRange("even, not \(headWidth)") }
    hidden = try json["intermediate_size"].int(1...1_048_576, default: 11_008)
    activation = try json["hidden_act"].activation(default: "silu")
    epsilon = try json["rms_norm_eps"].epsilon(default: 1e-6)
    let rope = json["rope_parameters"].or(json["rope_scaling"])
    let kind = rope["rope_type"].or(rope["type"])
    guard try kind.string(default: "default") == "default" else {
      throw kind.unsupported(["default"])
    }
    let theta = rope["rope_theta"].or(json["rope_theta"])
    self.theta = Float(try theta.number(1...1e12, default: 10_000))
    inputBias = try json["attention_bias"].bool(default: false)
    outputBias = inputBias
    feedForwardBias = try json["mlp_bias"].bool(default: false)
    isTied = try json["tie_word_embeddings"].bool(default: false)
    maximumTokens = try json["max_position_embeddings"].int(1...16_777_216, default: 2048)
  }
}

extension LLaVAConfiguration {
  /// Reads a `llava`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    vision = try VisionTransformerConfiguration(clip: json["vision_config"])
    if !json["vision_config"].exists {  // the default is CLIP-L at 336 pixels
      (vision.imageSize, vision.patchSize, vision.width) = (336, 14, 1024)
      (vision.depth, vision.heads, vision.hidden) = (24, 16, 4096)
    }
    language = try LlamaConfiguration(json["text_config"])
    projectorActivation = try json["projector_hidden_act"].activation(default: "gelu")
    projectorBias = try json["multimodal_projector_bias"].bool(default: true)
    let states = vision.depth + 1  // the input of the first block counts as the first
    let layer = try json["vision_feature_layer"].int(-states...vision.depth, default: -2)
    featureBlock = layer < 0 ? layer : layer - states
    keepsClassToken = try json["vision_feature_select_strategy"]
      .choice(["default": false, "full": true], default: "default")
    let token = json["image_token_index"].or(json["image_token_id"])
    imageToken = try token.int(0...4_194_304, default: 32_000)
    try language.checkSize(json["vision_config"]["image_size"], imageTokens: imageTokenCount)
  }
}
