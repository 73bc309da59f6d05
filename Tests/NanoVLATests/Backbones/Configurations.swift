import NanoVLA
import Tensors

// config.json of the fixtures → configurations, with the defaults that `transformers` leaves out.

private typealias JSON = [String: Any]

extension [String: Any] {
  fileprivate func int(_ key: String, _ otherwise: Int) -> Int { self[key] as? Int ?? otherwise }
  fileprivate func float(_ key: String, _ otherwise: Double) -> Float {
    Float(self[key] as? Double ?? otherwise)
  }
  fileprivate func flag(_ key: String) -> Bool { self[key] as? Bool ?? false }
  fileprivate func part(_ key: String) -> JSON { self[key] as? JSON ?? [:] }
  fileprivate func activation(_ key: String, _ otherwise: String) -> Activation {
    Activation(named: self[key] as? String ?? otherwise)!
  }
}

extension VisionTransformerConfiguration {
  /// A `clip_vision_model`.
  init(clip json: [String: Any]) {
    self = .clip
    imageSize = json.int("image_size", 224)
    patchSize = json.int("patch_size", 32)
    width = json.int("hidden_size", 768)
    depth = json.int("num_hidden_layers", 12)
    heads = json.int("num_attention_heads", 12)
    hidden = json.int("intermediate_size", 3072)
    activation = json.activation("hidden_act", "quick_gelu")
    epsilon = json.float("layer_norm_eps", 1e-5)
  }
}

extension CLIPTextConfiguration {
  init(json: [String: Any]) {
    self.init()
    vocabulary = json.int("vocab_size", 49408)
    width = json.int("hidden_size", 512)
    depth = json.int("num_hidden_layers", 12)
    heads = json.int("num_attention_heads", 8)
    hidden = json.int("intermediate_size", 2048)
    activation = json.activation("hidden_act", "quick_gelu")
    epsilon = json.float("layer_norm_eps", 1e-5)
    maximumTokens = json.int("max_position_embeddings", 77)
    endToken = json.int("eos_token_id", 49407)
  }
}

extension CLIPConfiguration {
  init(json: [String: Any]) {
    self.init()
    vision = VisionTransformerConfiguration(clip: json.part("vision_config"))
    text = CLIPTextConfiguration(json: json.part("text_config"))
    projection = json.int("projection_dim", 512)
  }
}

extension GPT2Configuration {
  init(json: [String: Any]) {
    self.init()
    vocabulary = json.int("vocab_size", 50257)
    width = json.int("n_embd", 768)
    depth = json.int("n_layer", 12)
    heads = json.int("n_head", 12)
    hidden = json.int("n_inner", 4 * width)
    activation = json.activation("activation_function", "gelu_new")
    epsilon = json.float("layer_norm_epsilon", 1e-5)
    maximumTokens = json.int("n_positions", 1024)
  }
}

extension LlamaConfiguration {
  init(json: [String: Any]) {
    self.init()
    vocabulary = json.int("vocab_size", 32000)
    width = json.int("hidden_size", 4096)
    depth = json.int("num_hidden_layers", 32)
    heads = json.int("num_attention_heads", 32)
    keyValueHeads = json.int("num_key_value_heads", heads)
    headWidth = json.int("head_dim", width / heads)
    hidden = json.int("intermediate_size", 11008)
    activation = json.activation("hidden_act", "silu")
    epsilon = json.float("rms_norm_eps", 1e-6)
    theta = json.part("rope_parameters").float("rope_theta", Double(json.float("rope_theta", 1e4)))
    (inputBias, outputBias) = (json.flag("attention_bias"), json.flag("attention_bias"))
    feedForwardBias = json.flag("mlp_bias")
    isTied = json.flag("tie_word_embeddings")
    maximumTokens = json.int("max_position_embeddings", 2048)
  }
}

extension LLaVAConfiguration {
  init(json: [String: Any]) {
    self.init()
    vision = VisionTransformerConfiguration(clip: json.part("vision_config"))
    language = LlamaConfiguration(json: json.part("text_config"))
    projectorActivation = json.activation("projector_hidden_act", "gelu")
    featureBlock = json.int("vision_feature_layer", -2)
    keepsClassToken = json["vision_feature_select_strategy"] as? String == "full"
    imageToken = json.int("image_token_index", 32000)
  }
}
