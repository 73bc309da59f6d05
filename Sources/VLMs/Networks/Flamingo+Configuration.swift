import Files

/// The sizes of a ``Flamingo``; the defaults are a nano one.
public struct FlamingoConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var vision: VisionTransformerConfiguration = {
    var vision = VisionTransformerConfiguration.clip
    vision.activation = .gelu
    return vision
  }()
  /// nil if the language model attends to all tokens of the vision tower.
  public var perceiver: PerceiverConfiguration? = PerceiverConfiguration()
  public var language = RotaryDecoderConfiguration()
  /// Tokens beyond the language model's own vocabulary.
  public var addedTokens = 2
  /// The id of `<image>`.
  public var imageToken = 65
  /// Cross-attention stands before each block whose index is a multiple of this, a divisor of the depth.
  public var interval = 2
  /// Whether the queries and keys of the cross-attention are normalized.
  public var normalizesHeads = true
  /// Whether each channel has gates of its own.
  public var gatesChannels = true

  /// Nano size.
  public init() {}
}

/// config.json → the sizes of a Flamingo, with the defaults of transformers.
extension FlamingoConfiguration {
  /// Reads an `idefics`, whose top describes the language model.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    vision = try VisionTransformerConfiguration(idefics: json["vision_config"])
    language = try RotaryDecoderConfiguration(idefics: json)
    addedTokens = try json["additional_vocab_size"].int(0...65_536, default: 0)
    // The published tokenizers add "<fake_token_around_image>" first, then "<image>".
    let token = try json["image_token_index"].agreeing(with: json["image_token_id"])
    imageToken = try token.int(0...8_388_608, default: language.vocabulary + 1)
    interval = try json["cross_layer_interval"]
      .divisor(of: language.depth, "num_hidden_layers", default: 1)
    normalizesHeads = try json["qk_layer_norms"].bool(default: false)
    let gates = ["float": false, "vector": true]
    gatesChannels = try json["alpha_type"].choice(gates, default: "float")
    let isResampled = try json["use_resampler"].bool(default: false)
    let resampler = json["perceiver_config"]
    perceiver = isResampled ? try PerceiverConfiguration(resampler, vision) : nil
    if !isResampled { _ = try? resampler.object() }  // of a part that is switched off
    let patches = vision.patchCount + vision.prefixCount
    try language.checkSize(
      json["vision_config"]["image_size"].or(json["vision_config"]), imageTokens: patches)
    try json.refuseUnread(by: "Idefics", besides: Self.harmless)
  }

  /// What transformers does not read either: names and sizes that others repeat.
  private static let harmless: Set<String> = [
    "cross_layer_activation_function", "ffn_dim", "max_sequence_length", "word_embed_proj_dim",
  ]
}

extension PerceiverConfiguration {
  /// Reads the `perceiver_config` of an `idefics`.
  /// - Parameter vision: whose tokens it reads.
  fileprivate init(_ json: JSONValue, _ vision: VisionTransformerConfiguration) throws {
    self.init()
    let json = json.recorded()
    latents = try json["resampler_n_latents"].int(1...65_536, default: 64)
    depth = try json["resampler_depth"].int(1...1024, default: 6)
    heads = try json["resampler_n_heads"].int(1...65_536, default: 16)
    headWidth = try json["resampler_head_dim"].int(1...65_536, default: 96)
    normalizesHeads = try json["qk_layer_norms_perceiver"].bool(default: false)
    _ = json["use_resampler"]  // the one at the top decides
    try json["resampler_n_latents"].mustKeep(
      tokens: latents + vision.patchCount + vision.prefixCount, heads: heads,
      widest: max(4 * vision.width, heads * headWidth))
    try json.refuseUnread(by: "the perceiver")
  }
}

extension VisionTransformerConfiguration {
  /// Reads the `vision_config` of an `idefics`.
  fileprivate init(idefics json: JSONValue) throws {
    self = .clip
    (imageSize, patchSize, width, depth, heads, hidden) = (224, 14, 768, 32, 16, 5120)
    activation = .gelu
    let json = json.recorded()
    try read(json, width: "embed_dim")
    try json.refuseUnread(by: "Idefics' vision tower", besides: ["vision_model_name"])
  }
}

extension RotaryDecoderConfiguration {
  /// Reads the top of an `idefics`: a Llama without grouped heads.
  fileprivate init(idefics json: JSONValue) throws {
    self = Self.kinds["llama"] ?? .init()
    vocabulary = try json["vocab_size"].int(1...4_194_304, default: vocabulary)
    width = try json["hidden_size"].int(1...65_536, default: width)
    depth = try json["num_hidden_layers"].int(1...1024, default: depth)
    heads = try json["num_attention_heads"].divisor(of: width, "hidden_size", default: heads)
    (keyValueHeads, headWidth) = (heads, width / heads)
    guard headWidth % 2 == 0 else {
      throw json["num_attention_heads"].outOfRange("so that hidden_size / heads is even")
    }
    hidden = try json["intermediate_size"].int(1...1_048_576, default: hidden)
    activation = try json["hidden_act"].activation(default: "silu")
    epsilon = try json["rms_norm_eps"].epsilon(default: 1e-6)
    isTied = try json["tie_word_embeddings"].bool(default: false)
    maximumTokens = try json["max_position_embeddings"].int(1...16_777_216, default: 2048)
    theta = Float(
      try json["rope_parameters"]["rope_theta"]
        .agreeing(with: json["rope_scaling"]["rope_theta"], json["rope_theta"])
        .number(1...1e12, default: 10_000))
    rotaryScaling = try RotaryScaling(json, maximumTokens: maximumTokens)
    try json["is_causal"].mustBe(true)
  }
}
