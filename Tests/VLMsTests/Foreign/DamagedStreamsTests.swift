import Files
import Foundation
import NanoVLA
import Tensors
import TestSupport
import Testing
import VLMs

/// Folders of ViLT and Flamingo that are damaged, or of variants that are not computed.
@Suite("Damaged folders of ViLT and Flamingo") struct DamagedStreamsTests {
  @Test(
    "a setting with which no network can be built, or that is not computed, is refused by its key",
    arguments: [
      ("vilt", "hidden_size", "0", "from 1"),
      ("vilt", "num_attention_heads", "5", "divisor"),
      ("vilt", "patch_size", "57", "from 1 to 56"), ("vilt", "qkv_bias", "7", "true"),
      ("vilt", "max_image_length", "7", "all patches"), ("vilt", "num_images", "2", "-1 or 1"),
      ("vilt", "modality_type_vocab_size", "1", "from 2"),
      ("vilt", "hidden_act", #""gulu""#, "gelu"),
      ("vilt", "layer_norm_eps", "-1", "from 0"), ("vilt", "window_size", "7", "ViLT"),
      ("vilt", "num_labels", "6", "id2label, 5"), ("vilt", "vocab_size", "1e9", "from 1"),
      ("idefics_flamingo", "cross_layer_interval", "3", "divisor of num_hidden_layers, 4"),
      ("idefics_flamingo", "alpha_type", #""matrix""#, "vector"),
      ("idefics_flamingo", "num_attention_heads", "32", "even"),
      ("idefics_flamingo", "sliding_window", "4", "Idefics"),
      ("idefics_flamingo", "additional_vocab_size", "-1", "from 0"),
      ("idefics_flamingo", "perceiver_config.resampler_n_heads", "0", "from 1"),
      ("idefics_flamingo", "perceiver_config.resampler_n_latents", "65536", "scores"),
      ("idefics_flamingo", "perceiver_config.resampler_kind", "1", "the perceiver"),
      ("idefics_flamingo", "vision_config.embed_dim", "0", "from 1"),
      ("idefics_flamingo", "vision_config.use_head", "true", "vision tower"),
      ("idefics_flamingo", "image_token_index", "387", "<image>"),
    ])
  func settings(family: String, key: String, value: String, remedy: String) throws {
    let folder = try EditedFolder(family)
    try folder.set(
      key, JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed))
    let line = folder.refusal()
    #expect(line.contains(key) && line.contains(remedy), "\(line)")
    #expect(try CheckpointSummary(folder: folder.url).refusal == line)
  }

  @Test(
    "a missing tensor, one of another shape, and one more of the network are refused by name",
    arguments: [
      ("vilt", "vilt.pooler.dense.weight"), ("vilt", "vilt.embeddings.cls_token"),
      ("vilt", "classifier.3.weight"), ("vilt", "vilt.embeddings.token_type_embeddings.weight"),
      ("idefics_flamingo", "lm_head.additional_fc.weight"),
      ("idefics_flamingo", "model.embed_tokens.additional_embedding.weight"),
      ("idefics_flamingo", "model.gated_cross_attn_layers.1.alpha_dense"),
      ("idefics_flamingo", "model.gated_cross_attn_layers.0.cross_attn.q_layer_norm.weight"),
      ("idefics_flamingo", "model.perceiver_resampler.blocks.1.0.k_layer_norm.bias"),
    ])
  func tensors(family: String, name: String) throws {
    let folder = try EditedFolder(family)
    try folder.setWeights { $0[name] = ([3], [1, 2, 3]) }
    #expect(folder.refusal().contains("tensor \"\(name)\" has shape [3]"))
    try folder.setWeights { $0[name] = nil }
    #expect(folder.refusal().contains("no tensor \"\(name)\""))
    let whole = try EditedFolder(family)
    try whole.setWeights { $0[name + ".more"] = ([3], [1, 2, 3]) }
    #expect(whole.refusal().contains(name + ".more"))
  }

  @Test("Idefics is read with scalar gates, without a resampler, and with a tied head")
  func variants() throws {
    let folder = try EditedFolder("idefics_flamingo")
    func answer() throws -> String {
      try VLM.read(folder.url).answer(folder.image(), "What is this?", tokens: 4)
    }
    try folder.set("alpha_type", "float")
    #expect(folder.refusal().contains("alpha_cross_attn\" has shape [1, 1, 32]"))
    try folder.setWeights { tensors in
      for name in tensors.keys where name.contains(".alpha_") { tensors[name] = ([1], [0.5]) }
    }
    _ = try answer()
    try folder.set("use_resampler", false)
    #expect(folder.refusal().contains("model.perceiver_resampler"))
    try folder.setWeights { tensors in
      for name in tensors.keys where name.contains("perceiver") { tensors[name] = nil }
    }
    _ = try answer()
    let (head, table) = ("lm_head.", "model.embed_tokens.")
    try folder.setWeights { tensors in
      tensors[head + "weight"] = tensors[table + "weight"]
      tensors[head + "additional_fc.weight"] = tensors[table + "additional_embedding.weight"]
    }
    let untied = try answer()
    try folder.setWeights { tensors in
      for name in tensors.keys where name.hasPrefix(head) { tensors[name] = nil }
    }
    #expect(folder.refusal().contains("no tensor \"lm_head.weight\""))
    try folder.set("tie_word_embeddings", true)
    #expect(try answer() == untied)
  }

  @Test("a question may not contain Flamingo's <image>")
  func placeholder() throws {
    let folder = try EditedFolder("idefics_flamingo")
    let line = folder.refusal(asking: "What does <image> mean?")
    #expect(line.hasPrefix("the question contains \"<image>\""))
  }
}
