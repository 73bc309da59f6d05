import Files
import Foundation
import TestSupport
import Testing
import VLMs

/// A member of config.json is read, or known to change nothing, or named.
@Suite("Members of config.json that nothing reads") struct UnreadKeysTests {
  @Test(
    "a language model or a tower of another kind is refused by name, with what is read",
    arguments: [
      ("llava15", "text_config.model_type", "qwen2", "llama"),
      ("llava15", "text_config.model_type", "mistral", "llama"),
      ("llava15", "vision_config.model_type", "siglip_vision_model", "clip_vision_model"),
      ("openvla", "text_config.model_type", "gemma", "llama"),
      ("blip2_opt", "text_config.model_type", "t5", "opt"),
      ("blip2_opt", "vision_config.model_type", "clip_vision_model", "blip_2_vision_model"),
      ("blip2_opt", "qformer_config.model_type", "bert", "blip_2_qformer"),
      ("instructblip_vicuna", "text_config.model_type", "qwen2", "llama"),
    ])
  func otherKinds(family: String, key: String, type: String, supported: String) throws {
    let folder = try EditedFolder(family)
    try folder.set(key, type)
    let line = folder.refusal()
    #expect(line.contains("\(key) is \"\(type)\""), "\(line)")
    #expect(line.contains("supported: ") && line.contains(supported), "\(line)")
    let summary = try CheckpointSummary(folder: folder.url)
    #expect(summary.refusal == line)
  }

  @Test(
    "a setting that a network does not read is refused with its value",
    arguments: [
      ("llava15", "text_config.sliding_window", "4"), ("llava15", "text_config.logit_scale", "0.5"),
      ("llava15", "text_config.attention_multiplier", "2"),
      ("llava15", "text_config.rope_parameters.partial_rotary_factor", "0.5"),
      ("llava15", "text_config.layer_types", #"["full_attention", "sliding_attention"]"#),
      ("llava15", "text_config.final_logit_softcapping", "30.0"),
      ("llava15", "text_config.num_experts", "8"), ("llava15", "text_config.qk_norm", "true"),
      ("llava15", "vision_config.use_head", "true"), ("openvla", "text_config.sliding_window", "4"),
      ("openvla", "arch_specifier", #""gelu-mlp""#), ("llava15", "mm_vision_tower", #""clip""#),
      ("llava15", "image_grid_pinpoints", "[[336, 672]]"),
      ("blip2_opt", "text_config.layerdrop_scale", "0.1"),
      ("blip2_opt", "qformer_config.use_qformer_text_input", "true"),
      ("blip2_opt", "qformer_config.encoder_hidden_size", "64"),
      ("blip2_opt", "use_decoder_only_language_model", "false"),
      ("instructblip_vicuna", "vision_config.window_size", "7"),
    ])
  func unread(family: String, key: String, value: String) throws {
    let folder = try EditedFolder(family)
    try folder.set(
      key, JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed))
    #expect(folder.refusal().contains(key))
  }

  @Test(
    "a setting that is off, or known to change nothing, is passed over",
    arguments: [
      ("sliding_window", "null"), ("use_sliding_window", "false"), ("num_experts", "0"),
      ("attention_dropout", "0.1"), ("pretraining_tp", "2"), ("_name_or_path", #""a/b""#),
      ("layer_types", #"["full_attention", "full_attention"]"#), ("pruned_heads", "{}"),
      ("task_specific_params", #"{"x": {"y": 1}}"#), ("max_length", "20"),
    ])
  func harmless(key: String, value: String) throws {
    let folder = try EditedFolder("llava15")
    try folder.set(
      "text_config." + key,
      JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed))
    let vlm = try VLM.read(folder.url)
    #expect(vlm.notes == [])
  }

  @Test("what a file holds at its top and nothing reads is listed, not refused") func top() throws {
    let folder = try EditedFolder("llava15")
    let text = try String(contentsOf: folder.file("config.json"), encoding: .utf8)
    try folder.write(
      "\u{FEFF}{\"time_step_limit\": [0.0, Infinity], " + text.drop { $0 != "{" }.dropFirst(),
      "config.json")
    let summary = try CheckpointSummary(folder: folder.url)
    #expect(summary.refusal == nil)
    #expect(summary.notes == ["config.json has time_step_limit: not read"])
    #expect(summary.unreadKeys.contains("time_step_limit"))
    #expect(summary.unreadKeys.contains("text_config.use_cache"))
    #expect(!summary.unreadKeys.contains("text_config.hidden_size"))
  }

  @Test("a setting that is stated twice in different ways is refused by both names")
  func contradictions() throws {
    for (key, value, other) in [
      ("image_token_id", 17, "image_token_index"),
      ("text_config.rope_theta", 500, "rope_parameters.rope_theta"),
    ] {
      let folder = try EditedFolder("llava15")
      try folder.set(key, value)
      let line = folder.refusal()
      #expect(line.contains(key) && line.contains(other), "\(line)")
    }
    let folder = try EditedFolder("llava15")
    try folder.set("text_config.rope_scaling", ["type": "linear", "factor": 2])
    #expect(folder.refusal().contains("text_config.rope_scaling.type is \"linear\""))
  }

  @Test("a list of feature layers is refused unless it has one") func featureLayers() throws {
    let folder = try EditedFolder("llava15")
    try folder.set("vision_feature_layer", [-2, -1])
    #expect(
      folder.refusal().contains("vision_feature_layer is an array of 2, which is not supported"))
    try folder.set("vision_feature_layer", [-2])
    _ = try VLM.read(folder.url)
  }
}
