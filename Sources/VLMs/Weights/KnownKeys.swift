import Files

/// Members of a config.json that change nothing in what a network computes.
///
/// The rule for published files: a member is read, or it is listed here, or it is named. A section that
/// describes a network refuses every other member that is not off; what a program does not know may
/// be a window of attention or a scale, and without it all answers would be plausible and wrong. At
/// the top of the file, where tools leave notes, other members are only listed.
enum KnownKeys {
  /// In every section.
  static let everywhere: Set<String> = file.union(training).union(outputs).union(texts)

  /// Who wrote the file, with what.
  private static let file: Set<String> = [
    "_attn_implementation", "_attn_implementation_autoset", "_attn_implementation_internal",
    "_commit_hash", "_flash_attn_2_enabled", "_from_model_config", "_name_or_path",
    "architectures", "attn_implementation", "auto_map", "dtype", "is_composition", "model_type",
    "name_or_path", "processor_class", "tf_legacy_loss", "tokenizer_class", "torch_dtype",
    "torchscript", "transformers_version", "use_bfloat16", "use_flash_attn", "xla_device",
  ]

  /// Dropout and initial values; nothing is dropped when a model answers.
  private static let training: Set<String> = [
    "activation_dropout", "alpha_initializer", "alphas_initializer_range", "attention_dropout",
    "attention_probs_dropout_prob", "attn_pdrop",
    "classifier_dropout",
    "dropout", "drop_path_rate", "embd_pdrop", "freeze_lm_head", "freeze_text_layers",
    "freeze_text_module_exceptions", "freeze_vision_layers", "freeze_vision_module_exceptions",
    "gradient_checkpointing", "hidden_dropout",
    "hidden_dropout_prob", "ignore_index", "init_std", "initializer_factor", "initializer_range",
    "layerdrop", "logit_scale_init_value", "resid_pdrop", "tie_encoder_decoder",
  ]

  /// What a library returns, and how it slices the work.
  private static let outputs: Set<String> = [
    "chunk_size_feed_forward", "finetuning_task", "global_pool", "id2label", "is_decoder",
    "label2id",
    "num_classes", "num_labels", "output_attentions", "output_hidden_states", "output_scores",
    "pretraining_tp",
    "problem_type", "reorder_and_upcast_attn", "return_dict", "return_dict_in_generate",
    "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type",
    "summary_use_proj", "task_specific_params", "use_cache",
  ]

  /// Token ids and settings for writing text, which generation_config.json replaces.
  private static let texts: Set<String> = [
    "bad_words_ids", "begin_suppress_tokens", "bos_token_id", "decoder_start_token_id",
    "diversity_penalty", "do_sample", "early_stopping", "encoder_no_repeat_ngram_size",
    "eos_token_id", "exponential_decay_length_penalty", "forced_bos_token_id",
    "forced_eos_token_id", "length_penalty", "max_length", "max_new_tokens", "min_length",
    "no_repeat_ngram_size",
    "num_beam_groups", "num_beams", "num_return_sequences", "pad_token_id", "prefix",
    "remove_invalid_values", "repetition_penalty", "sep_token_id", "suppress_tokens",
    "temperature", "top_k", "top_p", "typical_p",
  ]

  /// At the top of the file of one family or another.
  private static let top: Set<String> = [
    "cross_layer_activation_function", "ffn_dim", "hf_llm_id", "image_resize_strategy",
    "image_seq_length", "image_text_hidden_size",
    "llm_backbone_id", "llm_max_length", "max_sequence_length", "norm_stats",
    "output_projector_states", "projection_dim",
    "qformer_config", "text_config", "vision_backbone_id", "vision_config", "vocab_size",
    "word_embed_proj_dim",
  ]

  /// At the top of the file, what the families that have it compute with.
  private static let computing: Set<String> = [
    "image_aspect_ratio", "image_grid_pinpoints", "use_image_newline_parameter",
    "vision_feature_layers",
  ]

  /// Whether a member at the top of the file is known to change nothing.
  static func isHarmless(_ value: JSONValue) -> Bool {
    everywhere.contains(value.key) || top.contains(value.key)
  }

  /// Whether a member at the top of the file belongs to another way of computing: that of another
  /// family, or of the first LLaVA's own code, whose settings begin with `mm_`.
  static func computes(_ value: JSONValue) -> Bool {
    computing.contains(value.key) || value.key.hasPrefix("mm_")
  }
}

extension JSONValue {
  /// Refuses the members of a network's section that nothing has read, unless they are off or known to
  /// change nothing.
  /// - Parameter known: members of such a section beside ``KnownKeys/everywhere``.
  func refuseUnread(by network: String, besides known: Set<String> = []) throws {
    for value in unread where !value.isOff {
      if known.contains(value.key) {
        _ = self[value.key]  // so that it is not listed as unread
        continue
      }
      guard KnownKeys.everywhere.contains(value.key) else { throw value.notRead(by: network) }
    }
  }

  /// Refuses members at the top of a file that belong to another way of computing.
  func refuseOtherFamilies(_ family: String) throws {
    for value in unread where !value.isOff && KnownKeys.computes(value) {
      throw value.notRead(by: family)
    }
  }
}
