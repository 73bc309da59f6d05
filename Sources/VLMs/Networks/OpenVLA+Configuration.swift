import Files
import NanoVLA

/// OpenVLA's config.json:
///
///     { "model_type": "openvla", "use_fused_vision_backbone": true, "image_sizes": [224, 224],
///       "timm_model_ids": ["vit_large_patch14_reg4_dinov2.lvd142m", "vit_so400m_patch14_siglip_224"],
///       "timm_override_act_layers": [null, null],
///       "text_config": {"model_type": "llama", "vocab_size": 32064},
///       "pad_to_multiple_of": 64, "n_action_bins": 256, "norm_stats": {…} }
///
/// Missing keys of `text_config` have Llama's defaults, including an epsilon of 1e-6. The `norm_stats`
/// are read separately, by ``ActionStatistics``.
extension OpenVLAConfiguration {
  /// Reads an `openvla`.
  /// - Throws: `JSONFileError` with the key of a value with which no network can be built.
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    let projectors = ["no-align+fused-gelu-mlp": true]
    _ = try json["arch_specifier"].choice(projectors, default: "no-align+fused-gelu-mlp")
    guard try json["use_fused_vision_backbone"].bool() else {
      throw json["use_fused_vision_backbone"].unsupported(["true: two vision towers"])
    }
    _ = try json["timm_model_ids"].array(count: 2...2)
    dinov2 = try Self.tower(0, json)
    siglip = try Self.tower(1, json)
    guard dinov2.imageSize == siglip.imageSize, dinov2.patchCount == siglip.patchCount else {
      throw json["image_sizes"].unsupported(["one size, with as many patches in both towers"])
    }
    let text = json["text_config"]
    language = try text.part(["llama": { try RotaryDecoderConfiguration($0) }], default: "llama")
    isTied = try json["tie_word_embeddings"].bool(default: false) || isTied
    try language.checkSize(json["image_sizes"][0], imageTokens: dinov2.patchCount)
    try json["image_sizes"][0].mustKeep(
      "the hidden layer of the projector", dinov2.patchCount, 4 * (dinov2.width + siglip.width))
    let (patches, tokens) = (dinov2.patchCount, language.maximumTokens)
    guard patches < tokens else {
      throw json["image_sizes"].unsupported(["fewer than \(tokens) patches, not \(patches)"])
    }

    let bins = try json["n_action_bins"].int(2...65_536, default: 256)
    // Rows were added to the embeddings to round up their number; they are not used.
    let padding = try json["pad_to_multiple_of"].int(0...65_536, default: 64)
    guard language.vocabulary - padding >= bins else {
      throw text["vocab_size"].outOfRange(
        "at least \(bins + padding): n_action_bins and pad_to_multiple_of")
    }
    actions = ActionTokenizer(bins: bins, vocabulary: language.vocabulary - padding)
    try json.refuseOtherFamilies("OpenVLA")
  }

  private static func tower(
    _ index: Int, _ json: JSONValue
  ) throws -> VisionTransformerConfiguration {
    let size = json["image_sizes"][index]
    let sizes = json["_fixture_timm_model_args"][index]
    var tower =
      sizes.exists
      ? try VisionTransformerConfiguration(timmArguments: sizes, imageSize: size)
      : try VisionTransformerConfiguration(timm: json["timm_model_ids"][index], imageSize: size)
    tower.activation = try json["timm_override_act_layers"][index].activation(default: "gelu")
    return tower
  }
}
