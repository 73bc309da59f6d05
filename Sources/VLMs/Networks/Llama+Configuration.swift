import Files

/// config.json → the sizes of a Llama, with the defaults of transformers.
extension LlamaConfiguration {
  /// Reads a `llama`, or the `text_config` of a VLM.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
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
    theta = try Self.theta(json)
    inputBias = try json["attention_bias"].bool(default: false)
    outputBias = inputBias
    feedForwardBias = try json["mlp_bias"].bool(default: false)
    isTied = try json["tie_word_embeddings"].bool(default: false)
    maximumTokens = try json["max_position_embeddings"].int(1...16_777_216, default: 2048)
    for kind in try json["layer_types"].exists ? json["layer_types"].array(count: 0...1024) : [] {
      _ = try kind.choice(["full_attention": true])
    }
    // Before max_position_embeddings, its name was max_sequence_length.
    try json.refuseUnread(by: "Llama", besides: ["max_sequence_length"])
  }

  /// The base of the rotary positions, in each of the places where versions of transformers write it.
  private static func theta(_ json: JSONValue) throws -> Float {
    let (new, old) = (json["rope_parameters"], json["rope_scaling"])
    for rope in [new, old] {
      for kind in [rope["rope_type"], rope["type"]] {
        _ = try kind.choice(["default": true], default: "default")
      }
    }
    let theta = try new["rope_theta"].agreeing(with: old["rope_theta"], json["rope_theta"])
    return Float(try theta.number(1...1e12, default: 10_000))
  }
}
