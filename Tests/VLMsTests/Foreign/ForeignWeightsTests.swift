import Files
import Foundation
import NanoVLA
import Tensors
import TestSupport
import Testing
import VLMs

/// Tensors that no parameter takes, heads that are tied or not, and files that replace weights.
@Suite("Weights of other models") struct ForeignWeightsTests {
  private let head = "language_model.lm_head.weight"
  private let table = "language_model.model.embed_tokens.weight"

  /// The logits of the first answered token.
  private func logits(_ folder: EditedFolder) throws -> [Float] {
    let vlm = try VLM.read(folder.url)
    let prompt = try withoutGradient { try vlm.prompt(folder.image(), "What is this?") }
    var first: [Float] = []
    _ = Generation(vlm.network.language)(after: prompt, count: 1) { step in
      first = step.logits.values
      return false
    }
    return first
  }

  @Test("a head in the file is used, although config.json says that it is tied") func ownHead()
    throws
  {
    let folder = try EditedFolder("llava15")
    let untied = try logits(folder)
    for key in ["tie_word_embeddings", "text_config.tie_word_embeddings"] {
      try folder.set(key, true)
      #expect(try logits(folder) == untied)
    }
  }

  @Test(
    "without a head the token embeddings score the tokens, wherever config.json says so",
    arguments: ["tie_word_embeddings", "text_config.tie_word_embeddings"])
  func tied(key: String) throws {
    let folder = try EditedFolder("llava15")
    try folder.setWeights { $0[head] = $0[table] }
    let expected = try logits(folder)
    try folder.setWeights { $0[head] = nil }
    #expect(folder.refusal().contains("has no tensor \"\(head)\""))
    try folder.set(key, true)
    #expect(try logits(folder) == expected)
  }

  @Test(
    "weights that the network would leave out are refused, those of other parts are listed",
    arguments: [
      ("language_model.model.layers.0.self_attn.q_proj.bias", true),
      ("language_model.model.layers.2.input_layernorm.weight", true),
      ("vision_tower.vision_model.encoder.layers.3.layer_norm1.weight", true),
      ("language_model.model.layers.0.self_attn.q_norm.weight", true),
      ("multi_modal_projector.linear_3.weight", true), ("value_head.weight", false),
    ])
  func unused(name: String, isRefused: Bool) throws {
    let folder = try EditedFolder("llava15")
    try folder.setWeights { $0[name] = ([4], [1, 2, 3, 4]) }
    if isRefused { #expect(folder.refusal().contains(name)) }
    let summary = try CheckpointSummary(folder: folder.url)
    #expect(summary.unusedTensors == [name])
    #expect((summary.refusal != nil) == isRefused)
    if !isRefused { #expect(try VLM.read(folder.url).notes.first?.contains(name) == true) }
  }

  @Test(
    "quantized checkpoints are refused by the key that says so, also by the overview",
    arguments: [
      "quantization_config", "text_config.quantization_config", "compression_config",
      "vlm_config.text_config.quantization_config",
    ])
  func quantized(key: String) throws {
    let folder = try EditedFolder("llava15")
    try folder.set(key, ["quant_method": "bitsandbytes", "load_in_8bit": true])
    let line = folder.refusal()
    #expect(line.contains("\(key): quantized checkpoints are not read; use the model's F32"))
    let error = #expect(throws: VLMError.self) { try CheckpointSummary(folder: folder.url) }
    #expect(error.map { "\($0)" } == line)
    try folder.set(key, NSNull())
    _ = try VLM.read(folder.url)
  }

  @Test(
    "adapters and the parts of an OpenVLA-OFT are refused by their files, with what to do",
    arguments: [
      ("llava15", "adapter_config.json", "merge_and_unload"),
      ("llava15", "adapter_model.safetensors", "merge_and_unload"),
      ("openvla", "action_head--150000_checkpoint.pt", "OpenVLA-OFT"),
      ("openvla", "noisy_action_projector--latest_checkpoint.pt", "OpenVLA-OFT"),
      ("openvla", "proprio_projector--5_checkpoint.pt", "OpenVLA-OFT"),
    ])
  func parts(family: String, name: String, remedy: String) throws {
    let folder = try EditedFolder(family)
    try folder.write("", name)
    let line = folder.refusal()
    #expect(line.contains(name) && line.contains(remedy), "\(line)")
    #expect(throws: VLMError.self) { try CheckpointSummary(folder: folder.url) }
    for name in ["config.json", "model.safetensors"] { try? folder.remove(name) }
    #expect(folder.refusal() == line)
  }

  @Test("a folder may not read outside itself, except into the blobs of the hub's cache")
  func links() throws {
    let (folder, secret) = (try EditedFolder("llava15"), try EditedFolder("llava15"))
    let files = FileManager.default
    for name in ["config.json", "tokenizer.json", "preprocessor_config.json", "model.safetensors"] {
      let original = try Data(contentsOf: folder.file(name))
      try folder.remove(name)
      try files.createSymbolicLink(at: folder.file(name), withDestinationURL: secret.file(name))
      #expect(folder.refusal().contains("a link that leads out of"))
      #expect(folder.refusal().contains(name))
      try folder.remove(name)
      try original.write(to: folder.file(name))
    }
    let cache = folder.file("models--org--name")
    let snapshot = cache.appending(path: "snapshots/0123abc")
    try files.createDirectory(at: snapshot, withIntermediateDirectories: true)
    try files.copyItem(at: secret.url, to: cache.appending(path: "blobs"))
    for name in try files.contentsOfDirectory(atPath: secret.url.path) {
      try files.createSymbolicLink(
        atPath: snapshot.appending(path: name).path, withDestinationPath: "../../blobs/\(name)")
    }
    #expect(try VLM.read(snapshot).family == "llava")
    try files.createSymbolicLink(at: folder.file("moved"), withDestinationURL: snapshot)
    #expect(try VLM.read(folder.file("moved")).family == "llava")
  }

  @Test("numbers that are not finite give no answer and no action, and name the layer")
  func notFinite() throws {
    let llava = try EditedFolder("llava15")
    try llava.setWeights { $0["language_model.model.norm.weight"]!.values[3] = .nan }
    #expect(llava.refusal(asking: "What is this?").contains("\"hidden states\""))
    try llava.setWeights { $0["language_model.model.norm.weight"]!.values[3] = 1 }
    _ = try VLM.read(llava.url).answer(llava.image(), "What is this?", tokens: 3)
    try llava.setWeights {
      $0["language_model.model.layers.1.mlp.down_proj.weight"]!.values[0] = .infinity
    }
    #expect(llava.refusal(asking: "What is this?").contains("\"block\" 2"))

    let flamingo = try EditedFolder("idefics_flamingo")
    try flamingo.setWeights { $0["lm_head.additional_fc.weight"]!.values[0] = .nan }
    #expect(flamingo.refusal(asking: "What is this?").contains("\"logits\""))

    let openVLA = try EditedFolder("openvla")
    try openVLA.setWeights { $0["language_model.lm_head.weight"]!.values[0] = .nan }
    let policy = try VLA.fromVLM(
      "openvla", modelPath: openVLA.url.path, unnormKey: "bridge_orig")
    let image = try openVLA.image()
    let error = #expect(throws: PolicyError.self) {
      try policy.predictAction(image, instruction: "pick up the red block")
    }
    #expect("\(error!)".contains("\"logits\""), "\(error!)")
  }
}
