import Files

/// config.json → the sizes of BLIP-2 and InstructBLIP, with the defaults of transformers.
extension BLIP2Configuration {
  /// Reads a `blip-2`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    try read(json, ["opt": { try OPTConfiguration($0) }])
    try json["num_query_tokens"].mustKeep(
      tokens: qformer.queries, heads: language.heads, widest: language.hidden)
    try json.refuseOtherFamilies("BLIP-2")
  }
}

extension InstructBLIPConfiguration {
  /// Reads an `instructblip`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    try read(json, ["llama": { try RotaryDecoderConfiguration($0) }])
    qformer.readsInstruction = true
    try language.checkSize(json["num_query_tokens"], imageTokens: qformer.queries)
    try json.refuseOtherFamilies("InstructBLIP")
  }
}

extension VisionTransformerConfiguration {
  /// Reads the `vision_config` of a `blip-2` or `instructblip`.
  public init(blip json: JSONValue) throws {
    self.init()
    (imageSize, patchSize, width, depth, heads, hidden) = (224, 14, 1408, 39, 16, 6144)
    let json = json.recorded()
    let types = ["blip_2_vision_model": true, "instructblip_vision_model": true]
    _ = try json["model_type"].choice(types, default: "blip_2_vision_model")
    try read(json)
    try json["qkv_bias"].mustBe(true)
    try json.refuseUnread(by: "BLIP's vision tower", besides: ["projection_dim"])
  }
}

extension QFormerConfiguration {
  /// Reads the `qformer_config` of a `blip-2` or `instructblip`, and the number of queries.
  /// - Parameter contextWidth: the width of the vision tower.
  init(_ model: JSONValue, contextWidth: Int) throws {
    self.init()
    let model = model.recorded()
    let json = model["qformer_config"]
    queries = try model["num_query_tokens"].int(1...65_536, default: 32)
    width = try json["hidden_size"].int(1...65_536, default: 768)
    depth = try json["num_hidden_layers"].int(1...1024, default: 12)
    heads = try json["num_attention_heads"].divisor(of: width, "hidden_size", default: 12)
    hidden = try json["intermediate_size"].int(1...1_048_576, default: 3072)
    activation = try json["hidden_act"].activation(default: "gelu")
    epsilon = try json["layer_norm_eps"].epsilon(default: 1e-12)
    crossAttentionFrequency = try json["cross_attention_frequency"].int(1...1024, default: 2)
    vocabulary = try json["vocab_size"].int(1...4_194_304, default: 30_522)
    maximumTokens = try json["max_position_embeddings"].int(1...1_048_576, default: 512)
    try model["num_query_tokens"].mustKeep(tokens: queries, heads: heads, widest: hidden)
    _ = try json["position_embedding_type"].choice(["absolute": true], default: "absolute")
    let stated = json["encoder_hidden_size"]
    guard try stated.int(1...65_536, default: contextWidth) == contextWidth else {
      throw stated.outOfRange("the vision tower's hidden_size, \(contextWidth)")
    }
    let types = ["blip_2_qformer": true, "instructblip_qformer": true]
    _ = try json["model_type"].choice(types, default: "blip_2_qformer")
    try json.refuseUnread(by: "the Q-Former")
  }
}

extension OPTConfiguration {
  /// Reads an `opt`, or the `text_config` of a BLIP-2.
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    vocabulary = try json["vocab_size"].int(1...4_194_304, default: 50_272)
    width = try json["hidden_size"].int(1...65_536, default: 768)
    depth = try json["num_hidden_layers"].int(1...1024, default: 12)
    heads = try json["num_attention_heads"].divisor(of: width, "hidden_size", default: 12)
    hidden = try json["ffn_dim"].int(1...1_048_576, default: 3072)
    activation = try json["activation_function"].activation(default: "relu")
    maximumTokens = try json["max_position_embeddings"].int(1...1_048_576, default: 2048)
    isTied = try json["tie_word_embeddings"].bool(default: true)
    guard try json["word_embed_proj_dim"].int(1...65_536, default: width) == width else {
      throw json["word_embed_proj_dim"].unsupported(["\(width), as hidden_size"])
    }
    for key in ["do_layer_norm_before", "is_causal"] { try json[key].mustBe(true) }
    try json["_remove_final_layer_norm"].mustBe(false)
    try json["enable_bias"].mustBe(true)
    try json["layer_norm_elementwise_affine"].mustBe(true)
    try json.refuseUnread(by: "OPT")
  }
}
