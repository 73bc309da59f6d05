import Files

/// config.json → the sizes of a text model, with the defaults of transformers.
extension RotaryDecoderConfiguration {
  /// Reads the `text_config` of a VLM, by its `model_type`.
  /// - Parameters:
  ///   - type: its type if it has none.
  ///   - known: members that the VLM reads itself.
  /// - Throws: `JSONFileError`
  public init(
    _ json: JSONValue, default type: String = "llama", besides known: Set<String> = []
  ) throws {
    let json = json.recorded()
    self = try json["model_type"].choice(Self.kinds, default: type)
    let kind = try json["model_type"].string(default: type)
    vocabulary = try json["vocab_size"].int(1...4_194_304, default: vocabulary)
    width = try json["hidden_size"].int(1...65_536, default: width)
    depth = try json["num_hidden_layers"].int(1...1024, default: depth)
    heads = try json["num_attention_heads"].int(1...65_536, default: heads)
    // Llama's default is multi-head attention; an explicit null says the same in the others.
    let sharesKeys = kind != "llama" && !json.holds("num_key_value_heads")
    keyValueHeads = try json["num_key_value_heads"]
      .divisor(of: heads, "num_attention_heads", default: sharesKeys ? keyValueHeads : heads)
    try readHeadWidth(json, isFixed: kind == "gemma")
    hidden = try json["intermediate_size"].int(1...1_048_576, default: hidden)
    activation = try json["hidden_act"].activation(default: activation.rawValue)
    if kind == "gemma" { try readGemmaActivation(json) }
    epsilon = try json["rms_norm_eps"].epsilon(default: 1e-6)
    isTied = try json["tie_word_embeddings"].bool(default: isTied)
    maximumTokens = try json["max_position_embeddings"].int(1...16_777_216, default: maximumTokens)
    theta = Float(
      try json["rope_parameters"]["rope_theta"]
        .agreeing(with: json["rope_scaling"]["rope_theta"], json["rope_theta"])
        .number(1...1e12, default: 10_000))
    rotaryScaling = try RotaryScaling(json, maximumTokens: maximumTokens)
    if ["llama", "gemma"].contains(kind) {
      inputBias = try json["attention_bias"].bool(default: false)
      outputBias = inputBias
    }
    try json["is_causal"].mustBe(true)
    if kind == "llama" { feedForwardBias = try json["mlp_bias"].bool(default: false) }
    try readWindows(json, kind)
    // Before max_position_embeddings, its name was max_sequence_length.
    try json.refuseUnread(
      by: "the text model", besides: known.union(["max_sequence_length"]))
  }

  /// The text models that are read, by their `model_type`, with the sizes that files may omit.
  static let kinds: [String: RotaryDecoderConfiguration] = {
    var llama = RotaryDecoderConfiguration()
    (llama.vocabulary, llama.width, llama.depth, llama.heads) = (32_000, 4096, 32, 32)
    (llama.keyValueHeads, llama.hidden) = (32, 11_008)
    var mistral = llama
    (mistral.keyValueHeads, mistral.hidden, mistral.maximumTokens) = (8, 14_336, 131_072)
    var qwen2 = llama
    (qwen2.vocabulary, qwen2.hidden, qwen2.maximumTokens) = (151_936, 22_016, 32_768)
    qwen2.inputBias = true
    var gemma = llama
    (gemma.vocabulary, gemma.width, gemma.depth, gemma.heads) = (256_000, 3072, 28, 16)
    (gemma.keyValueHeads, gemma.headWidth, gemma.hidden) = (16, 256, 24_576)
    (gemma.activation, gemma.isTied, gemma.maximumTokens) = (.geluTanh, true, 8192)
    (gemma.normOffset, gemma.scalesEmbeddings) = (1, true)
    return ["llama": llama, "mistral": mistral, "qwen2": qwen2, "gemma": gemma]
  }()

  /// - Parameter isFixed: whether the default is a number, and not width / heads.
  private mutating func readHeadWidth(_ json: JSONValue, isFixed: Bool) throws {
    if !isFixed, !json["head_dim"].exists, width % heads != 0 {
      throw json["num_attention_heads"].outOfRange("a divisor of hidden_size, \(width)")
    }
    headWidth = try json["head_dim"].int(1...65_536, default: isFixed ? headWidth : width / heads)
    guard headWidth % 2 == 0 else { throw json["head_dim"].outOfRange("even, not \(headWidth)") }
  }

  /// Gemma's first files say "gelu" and mean its approximation by tanh, as later ones say.
  private mutating func readGemmaActivation(_ json: JSONValue) throws {
    if activation == .gelu { activation = .geluTanh }
    let later = json["hidden_activation"]
    guard try later.activation(default: activation.rawValue) == activation else {
      throw later.outOfRange("as hidden_act, \(activation.rawValue)")
    }
  }

  /// The sliding windows: of all blocks in Mistral, of those that `layer_types` or `max_window_layers`
  /// names in Qwen2, if `use_sliding_window` is true.
  private mutating func readWindows(_ json: JSONValue, _ kind: String) throws {
    var window: Int?
    var isWindowed = [Bool](repeating: kind == "mistral", count: depth)
    var isOn = kind == "mistral"
    if kind == "qwen2" {
      isOn = try json["use_sliding_window"].bool(default: false)
      let first = try json["max_window_layers"].int(0...65_536, default: 28)
      isWindowed = (0..<depth).map { $0 >= first }
    }
    if isOn, json["sliding_window"].exists || !json.holds("sliding_window") {
      window = try json["sliding_window"].int(1...16_777_216, default: 4096)
    } else if kind == "qwen2" {
      _ = json["sliding_window"]  // switched off
    }
    if !json["layer_types"].isOff {
      for (index, type) in try json["layer_types"].array(count: depth...depth).enumerated() {
        let slides = try type.choice(["full_attention": false, "sliding_attention": true])
        if kind == "qwen2" { isWindowed[index] = slides }
        guard slides == (window != nil && isWindowed[index]) else {
          throw type.unsupported([slides ? "full_attention" : "sliding_attention"])
        }
      }
    }
    windows = window == nil ? [] : isWindowed.map { $0 ? window : nil }
  }
}
