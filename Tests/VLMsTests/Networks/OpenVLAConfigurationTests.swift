import Files
import Foundation
import NanoVLA
import Tabletop
import Testing
import VLMs

@Suite struct OpenVLAConfigurationTests {
  /// The published config.json of openvla-7b, but for its statistics.
  private let published = """
    {"arch_specifier": "no-align+fused-gelu-mlp", "model_type": "openvla",
     "hf_llm_id": "meta-llama/Llama-2-7b-hf", "image_resize_strategy": "resize-naive",
     "image_sizes": [224, 224], "llm_backbone_id": "llama2-7b-pure", "llm_max_length": 2048,
     "n_action_bins": 256, "output_projector_states": false, "pad_to_multiple_of": 64,
     "pad_token_id": 32000, "text_config": {"model_type": "llama", "pad_token_id": 32000,
     "torch_dtype": "bfloat16", "vocab_size": 32064},
     "timm_model_ids": ["vit_large_patch14_reg4_dinov2.lvd142m", "vit_so400m_patch14_siglip_224"],
     "timm_override_act_layers": [null, null], "torch_dtype": "bfloat16",
     "use_fused_vision_backbone": true, "vision_backbone_id": "dinosiglip-vit-so-224px"}
    """

  private func configuration(_ edits: (String, String)...) throws -> OpenVLAConfiguration {
    var text = published
    for (old, new) in edits {
      try #require(text.contains(old))
      text = text.replacingOccurrences(of: old, with: new)
    }
    return try OpenVLAConfiguration(JSONFile.parse(Data(text.utf8), name: "config.json"))
  }

  @Test("the published config.json gives the sizes of the published tensors")
  func sizes() throws {
    let c = try configuration()
    let dino = [c.dinov2.width, c.dinov2.depth, c.dinov2.heads, c.dinov2.hidden]
    #expect(dino == [1024, 24, 16, 4096])
    let siglip = [c.siglip.width, c.siglip.depth, c.siglip.heads, c.siglip.hidden]
    #expect(siglip == [1152, 27, 16, 4304])
    let patches = [c.dinov2.patchCount, c.siglip.patchCount]
    #expect(patches == [256, 256])
    let prefixes = [c.dinov2.prefixCount, c.siglip.prefixCount]
    #expect(prefixes == [5, 0])
    let scales = [c.dinov2.layerScale, c.siglip.layerScale]
    #expect(scales == [true, false])
    let activations = [c.dinov2.activation, c.siglip.activation]
    #expect(activations == [.gelu, .gelu])
    let epsilons = [c.dinov2.epsilon, c.siglip.epsilon, c.language.epsilon]
    #expect(epsilons == [1e-6, 1e-6, 1e-6])
    let llama = [c.language.width, c.language.depth, c.language.vocabulary]
    #expect(llama == [4096, 32, 32_064])
    #expect(c.actions == ActionTokenizer(bins: 256, vocabulary: 32_000))
  }

  @Test("its parameters are the 7,541,237,184 of the published checkpoint")
  func parameterCount() throws {
    let c = try configuration()
    let model = build(packed: true) { OpenVLA(c, using: &$0) }
    let count = model.parameters.reduce(0) { $0 + $1.count }
    // SigLIP's pooling is in the file and not in the model: a query, its attention, a norm, an MLP.
    let (D, F) = (1152, 4304)
    let attention = D + (D * D + D) + (2 * D * D + 2 * D) + (D * D + D)
    let pooling = attention + 2 * D + (D * F + F) + (F * D + D)
    #expect(count + pooling == 7_541_237_184)
  }

  @Test("each tower's activation can be replaced")
  func activation() throws {
    let c = try configuration(("[null, null]", #"[null, "quick_gelu"]"#))
    let activations = [c.dinov2.activation, c.siglip.activation]
    #expect(activations == [.gelu, .quickGELU])
  }

  @Test("an unknown tower is refused with the known ones")
  func unknownTower() {
    let error = #expect(throws: JSONFileError.self) {
      try configuration(("vit_so400m_patch14_siglip_224", "resnet50.a1"))
    }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains("timm_model_ids[1]") && line.contains("resnet50.a1"), "\(line)")
    #expect(line.contains("vit_large_patch14_reg4_dinov2") && !line.contains("\n"), "\(line)")
  }

  @Test(
    "what no OpenVLA can be built with is refused with its key, in one line",
    arguments: [
      ("\"use_fused_vision_backbone\": true", "\"use_fused_vision_backbone\": false", "fused"),
      (", \"vit_so400m_patch14_siglip_224\"", "", "timm_model_ids"),
      ("[224, 224]", "[224, 225]", "image_sizes[1]"), ("[224, 224]", "[224]", "image_sizes[1]"),
      ("[224, 224]", "[224, 448]", "image_sizes"),
      ("[224, 224]", "[644, 644]", "not 2116"), ("\"llama\"", "\"phi\"", "model_type"),
      ("\"vocab_size\": 32064", "\"vocab_size\": 319", "vocab_size"),
      ("\"n_action_bins\": 256", "\"n_action_bins\": 1", "n_action_bins"),
      ("\"n_action_bins\": 256", "\"n_action_bins\": 32001", "vocab_size"),
      ("\"pad_to_multiple_of\": 64", "\"pad_to_multiple_of\": -1", "pad_to_multiple_of"),
      ("[null, null]", "[\"mish\", null]", "timm_override_act_layers[0]"),
      (
        "\"model_type\": \"openvla\"",
        "\"_fixture_timm_model_args\": [{\"patch_size\": 0, \"no_embed_class\": true}]",
        "patch_size"
      ),
      (
        "\"model_type\": \"openvla\"", "\"_fixture_timm_model_args\": [{\"depth\": 2}]",
        "no_embed_class"
      ),
      (
        "\"model_type\": \"openvla\"", "\"_fixture_timm_model_args\": [{\"num_heads\": 5}]",
        "num_heads"
      ),
    ])
  func refused(old: String, new: String, key: String) {
    let error = #expect(throws: JSONFileError.self) { try configuration((old, new)) }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains(key) && !line.contains("\n"), "\(line)")
  }
}

@Suite struct ModelFolderStatisticsTests {
  private let entry = """
    {"action": {"mean": [0, 0], "std": [1, 1], "max": [2, 2], "min": [-2, -2], "q01": [-1, -1],
     "q99": [1.5, 0.1], "mask": [true, false]}, "num_trajectories": 3, "num_transitions": 9}
    """

  /// A model's folder with these files, there only while `body` runs.
  private func withFolder(_ files: [String: String], _ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
    }
    try body(folder)
  }

  private func error(_ folder: URL, key: String? = nil) -> StatisticsFileError? {
    let error = #expect(throws: StatisticsFileError.self) {
      try ActionStatistics.read(modelFolder: folder, key: key)
    }
    let isOneLine = error.map { !"\($0)".contains("\n") }
    #expect(isOneLine == true)
    return error
  }

  @Test("statistics from config.json equal those from dataset_statistics.json")
  func fromConfig() throws {
    let config = "{\"norm_stats\": {\"kitchen\": \(entry)}}"
    try withFolder(["config.json": config, "other.json": "{\"kitchen\": \(entry)}"]) { folder in
      let read = try ActionStatistics.read(modelFolder: folder)
      let other = try ActionStatistics.read(folder.appending(path: "other.json"))
      #expect(read == other)
      let error = #expect(throws: ActionError.self) {
        try ActionStatistics.read(modelFolder: folder, for: .tabletop)
      }
      let line = error.map { "\($0)" } ?? ""
      #expect(line.contains("\"kitchen\", action has 2 dimensions, 7"), "\(line)")
      #expect(read.mask == [true, false])
      #expect(read.action.q99 == [1.5, 0.1])
      let counts = [read.transitions, read.trajectories]
      #expect(counts == [9, 3])
    }
  }

  @Test("a missing or unknown dataset key is refused with all keys")
  func whichKey() throws {
    let config = "{\"norm_stats\": {\"kitchen\": \(entry), \"desk\": \(entry)}}"
    try withFolder(["config.json": config]) { folder in
      let place = folder.appending(path: "config.json").path + ", norm_stats"
      let unnamed = error(folder)
      #expect(unnamed == .whichKey(place, known: ["desk", "kitchen"]))
      let unknown = error(folder, key: "garden")
      #expect(unknown == .unknownKey("garden", place, known: ["desk", "kitchen"]))
      let keys = try ActionStatistics.readAll(modelFolder: folder).keys.sorted()
      #expect(keys == ["desk", "kitchen"])
      #expect(throws: Never.self) { try ActionStatistics.read(modelFolder: folder, key: "desk") }
    }
  }

  @Test("if dataset_statistics.json exists, only it is read")
  func fineTuned() throws {
    let files = [
      "config.json": "{\"norm_stats\": {\"kitchen\": \(entry)}}",
      "dataset_statistics.json": "{\"my_robot\": \(entry)}",
    ]
    try withFolder(files) { folder in
      let all = try ActionStatistics.readAll(modelFolder: folder)
      #expect(Array(all.keys) == ["my_robot"])
      let place = folder.appending(path: "dataset_statistics.json").path
      let unknown = error(folder, key: "kitchen")
      #expect(unknown == .unknownKey("kitchen", place, known: ["my_robot"]))
    }
  }

  @Test("missing or damaged statistics are refused with their path")
  func damaged() throws {
    try withFolder(["config.json": "{}"]) { folder in
      let missing = error(folder)
      #expect(missing == .missing(folder.path))
    }
    try withFolder(["config.json": "{\"norm_stats\": {}}"]) { folder in
      let empty = error(folder)
      #expect(empty == .empty(folder.appending(path: "config.json").path + ", norm_stats"))
    }
    for stats in ["[]", "3", "\"x\"", "{\"a\": {}}"] {
      try withFolder(["config.json": "{\"norm_stats\": \(stats)}"]) { folder in
        let error = #expect(throws: JSONFileError.self) {
          try ActionStatistics.read(modelFolder: folder)
        }
        let line = error.map { "\($0)" } ?? ""
        #expect(line.contains("norm_stats"))
      }
    }
  }
}
