import Files

/// config.json → the sizes of a π0, with the defaults of transformers:
///
///     { "model_type": "pi0", "vlm_config": {"model_type": "paligemma", …},
///       "dit_config": {"model_type": "gemma", "hidden_size": 1024, …}, "chunk_size": 50,
///       "max_state_dim": 32, "max_action_dim": 32, "num_inference_steps": 10 }
extension PiZeroConfiguration {
  /// Reads a `pi0`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    paligemma = try json["vlm_config"].part(
      ["paligemma": { try PaliGemmaConfiguration($0) }], default: "paligemma")
    expert = try ActionExpertConfiguration(json, language: paligemma.language)
    // Settings of the training.
    for key in ["alpha", "beta"] { _ = json["time_sampling_beta_" + key] }
    for key in ["time_sampling_scale", "time_sampling_offset", "loss_reduction"] { _ = json[key] }
    try json.refuseOtherFamilies("π0")
  }
}

extension ActionExpertConfiguration {
  /// Reads the `dit_config` of a `pi0` and the settings of its actions.
  /// - Parameter language: the language model, whose keys and values the expert reads.
  init(_ json: JSONValue, language: RotaryDecoderConfiguration) throws {
    self.init()
    let json = json.recorded()
    let dit = json["dit_config"]
    _ = try dit["model_type"].choice(["gemma": true], default: "gemma")
    decoder = try RotaryDecoderConfiguration(
      dit, default: "gemma", besides: ["use_bidirectional_attention"])
    try dit["use_bidirectional_attention"].mustBe(true)
    for (key, found, needed) in [
      ("num_hidden_layers", decoder.depth, language.depth),
      ("num_key_value_heads", decoder.keyValueHeads, language.keyValueHeads),
      ("head_dim", decoder.headWidth, language.headWidth),
    ] where found != needed {
      throw dit[key].outOfRange("as in the text_config of vlm_config, \(needed), not \(found)")
    }
    guard decoder.width % 2 == 0 else { throw dit["hidden_size"].outOfRange("even") }
    stateCount = try json["max_state_dim"].int(1...65_536, default: 32)
    actionCount = try json["max_action_dim"].int(1...65_536, default: 32)
    chunk = try json["chunk_size"].int(1...65_536, default: 50)
    try decoder.checkSize(json["chunk_size"], imageTokens: 1 + chunk)
    try json["max_action_dim"].mustKeep("a chunk of actions", chunk, actionCount)
    integrationSteps = try json["num_inference_steps"].int(1...10_000, default: 10)
    shortest = try json["min_period"].number(1e-6...1e6, default: 4e-3)
    longest = try json["max_period"].number(1e-6...1e6, default: 4)
  }
}
