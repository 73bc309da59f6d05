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
      ("llava15", "text_config.model_type", "phi3", "gemma, llama, mistral, qwen2"),
      ("llava15", "vision_config.model_type", "dinov2", "clip_vision_model, siglip_vision_model"),
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
      ("llava_qwen2", "text_config.is_causal", "false"),
      ("blip2_opt", "text_config.is_causal", "false"), ("idefics_flamingo", "is_causal", "false"),
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
    try folder.set("text_config.rope_scaling", ["type": "yarn", "factor": 2])
    #expect(folder.refusal().contains("text_config.rope_scaling.type is \"yarn\""))
  }

  @Test("the members that published checkpoints have are read or known to change nothing")
  func published() throws {
    let dump = """
      "_name_or_path": "", "add_cross_attention": false, "architectures": null,
      "bad_words_ids": null, "begin_suppress_tokens": null, "bos_token_id": 0,
      "chunk_size_feed_forward": 0, "cross_attention_hidden_size": null, "do_sample": false,
      "decoder_start_token_id": null, "diversity_penalty": 0.0, "early_stopping": false,
      "encoder_no_repeat_ngram_size": 0, "finetuning_task": null, "forced_eos_token_id": null,
      "id2label": {"0": "LABEL_0"}, "is_decoder": false, "is_encoder_decoder": false,
      "label2id": {"LABEL_0": 0}, "length_penalty": 1.0, "max_length": 20, "min_length": 0,
      "no_repeat_ngram_size": 0, "num_beam_groups": 1, "num_beams": 1, "num_return_sequences": 1,
      "output_attentions": false, "output_hidden_states": false, "output_scores": false,
      "prefix": null, "problem_type": null, "pruned_heads": {}, "remove_invalid_values": false,
      "repetition_penalty": 1.0, "return_dict": true, "return_dict_in_generate": false,
      "sep_token_id": null, "temperature": 1.0, "tf_legacy_loss": false, "top_k": 50,
      "tie_encoder_decoder": false, "tokenizer_class": null, "top_p": 1.0, "torchscript": false,
      "torch_dtype": "float16", "transformers_version": "4.31.0", "typical_p": 1.0,
      "use_bfloat16": false, "_attn_implementation_autoset": true
      """
    func json(_ text: String) throws -> JSONValue {
      try JSONFile.parse(Data(text.utf8), name: "config.json").recorded()
    }
    let llava = try json(
      """
      {"ignore_index": -100, "image_token_index": 32000, "model_type": "llava",
       "pad_token_id": 32001, "projector_hidden_act": "gelu", \(dump),
       "text_config": {"max_position_embeddings": 4096, "model_type": "llama", \(dump),
         "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_scaling": null, "vocab_size": 32064},
       "vision_config": {"hidden_size": 1024, "image_size": 336, "intermediate_size": 4096,
         "model_type": "clip_vision_model", "num_attention_heads": 16, "num_hidden_layers": 24,
         "patch_size": 14, "projection_dim": 768, "vocab_size": 32000, "dropout": 0.0, \(dump)},
       "vision_feature_layer": -2, "vision_feature_select_strategy": "default",
       "vocab_size": 32064, "use_cache": true}
      """)
    #expect(try LLaVAConfiguration(llava).language.maximumTokens == 4096)
    let interleave = try json(
      """
      {"ignore_index": -100, "image_token_index": 151646, "model_type": "llava",
       "projector_hidden_act": "gelu", "tie_word_embeddings": true, \(dump),
       "text_config": {"hidden_size": 1024, "intermediate_size": 2816, "max_window_layers": 21,
         "model_type": "qwen2", "num_attention_heads": 16, "num_hidden_layers": 24,
         "num_key_value_heads": 16, "rope_theta": 1000000.0, "sliding_window": 32768,
         "use_sliding_window": false, "vocab_size": 152000, \(dump)},
       "vision_config": {"hidden_size": 1152, "image_size": 384, "intermediate_size": 4304,
         "model_type": "siglip_vision_model", "num_attention_heads": 16,
         "num_hidden_layers": 26, "patch_size": 14, "vision_use_head": false},
       "vision_feature_layer": -1, "vision_feature_select_strategy": "full"}
      """)
    #expect(try LLaVAConfiguration(interleave).imageTokenCount == 729)
    let next = try json(
      """
      {"ignore_index": -100, "image_token_index": 32000, "model_type": "llava_next",
       "image_grid_pinpoints": [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]],
       "projector_hidden_act": "gelu", "use_image_newline_parameter": true, \(dump),
       "text_config": {"intermediate_size": 14336, "max_position_embeddings": 32768,
         "model_type": "mistral", "num_key_value_heads": 8, "rms_norm_eps": 1e-05,
         "rope_theta": 1000000.0, "sliding_window": null, "vocab_size": 32064, \(dump)},
       "vision_config": {"hidden_size": 1024, "image_size": 336, "intermediate_size": 4096,
         "model_type": "clip_vision_model", "num_attention_heads": 16, "num_hidden_layers": 24,
         "patch_size": 14, "projection_dim": 768, "vocab_size": 32000},
       "vision_feature_layer": -2, "vision_feature_select_strategy": "default",
       "vocab_size": 32064}
      """)
    #expect(try LLaVANeXTConfiguration(next).resolutions.count == 5)
    let blip = try json(
      """
      {"image_text_hidden_size": 256, "image_token_index": 50265, "model_type": "blip-2",
       "num_query_tokens": 32, "use_decoder_only_language_model": true, \(dump),
       "qformer_config": {"classifier_dropout": null, "model_type": "blip_2_qformer",
         "encoder_hidden_size": 1408, "hidden_dropout_prob": 0.1, \(dump)},
       "text_config": {"activation_dropout": 0.0, "eos_token_id": 50118, "ffn_dim": 10240,
         "hidden_size": 2560, "model_type": "opt", "num_attention_heads": 32,
         "num_hidden_layers": 32, "vocab_size": 50304, "word_embed_proj_dim": 2560,
         "layerdrop": 0.0, "init_std": 0.02, \(dump)},
       "vision_config": {"dropout": 0.0, "initializer_factor": 1.0, "num_channels": 3,
         "model_type": "blip_2_vision_model", "projection_dim": 512, \(dump)}}
      """)
    #expect(try BLIP2Configuration(blip).language.width == 2560)
    let instructBLIP = try json(
      """
      {"model_type": "instructblip", "num_query_tokens": 32, "tie_word_embeddings": false,
       "qformer_config": {"model_type": "instructblip_qformer", "vocab_size": 30523},
       "text_config": {"attention_bias": false, "max_sequence_length": 2048,
         "model_type": "llama", "num_key_value_heads": 32, "pad_token_id": -1, "head_dim": 128,
         "rope_scaling": null, "rope_theta": 10000.0, "vocab_size": 32001, \(dump)},
       "use_decoder_only_language_model": true,
       "vision_config": {"model_type": "instructblip_vision_model"}}
      """)
    #expect(try InstructBLIPConfiguration(instructBLIP).qformer.vocabulary == 30_523)
    let gpt2 = try json(
      """
      {"model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 12,
       "n_positions": 1024, "resid_pdrop": 0.1, "attn_pdrop": 0.1, "embd_pdrop": 0.1,
       "summary_activation": null, "summary_first_dropout": 0.1, "summary_type": "cls_index",
       "summary_proj_to_labels": true, "summary_use_proj": true, "vocab_size": 50257,
       "task_specific_params": {"text-generation": {"max_length": 50}}, \(dump)}
      """)
    #expect(try GPT2Configuration(gpt2).maximumTokens == 1024)
  }
}
