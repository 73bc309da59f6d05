import Files
import Foundation
import NanoVLA
import Tabletop
import Tensors
import Testing
import VLMs

/// VLMs by name, and how well each suits a robot.
@Suite struct VLMRegistryTests {
  /// What the published config.json files say of sizes beyond the defaults.
  private static let sizes = [
    "llava": #"{"text_config": {"vocab_size": 32064}}"#,
    "openvla": #"""
    {"use_fused_vision_backbone": true, "image_sizes": [224, 224],
     "timm_model_ids": ["vit_large_patch14_reg4_dinov2.lvd142m", "vit_so400m_patch14_siglip_224"],
     "text_config": {"vocab_size": 32064}}
    """#,
    "instructblip": #"{"text_config": {"model_type": "llama", "vocab_size": 32001}}"#,
    "blip-2": #"""
    {"text_config": {"hidden_size": 2560, "num_hidden_layers": 32, "num_attention_heads": 32,
     "ffn_dim": 10240}}
    """#,
    "clip+gpt2": "{}",
    "llava-1.6": #"{"text_config": {"model_type": "mistral", "vocab_size": 32064}}"#,
    "flamingo": #"""
    {"additional_vocab_size": 2, "cross_layer_interval": 4, "qk_layer_norms": true,
     "use_resampler": true, "vision_config": {"embed_dim": 1280},
     "perceiver_config": {"qk_layer_norms_perceiver": true}}
    """#,
    "vilt": "{}",
    "paligemma": paliGemma,
    "smolvlm": #"""
    {"scale_factor": 4,
     "text_config": {"head_dim": 64, "hidden_size": 576, "intermediate_size": 1536,
      "is_llama_config": true, "num_attention_heads": 9, "num_hidden_layers": 30,
      "num_key_value_heads": 3, "pixel_shuffle_factor": 4, "qk_layer_norms": false,
      "use_resampler": false, "vocab_size": 49280},
     "vision_config": {"hidden_size": 768, "image_size": 512, "max_image_size": {"longest_edge": 512},
      "num_attention_heads": 12, "patch_size": 16, "size": {"longest_edge": 2048}}}
    """#,
    "fastvlm": #"""
    {"text_config": {"model_type": "qwen2", "vocab_size": 151936, "hidden_size": 896,
     "intermediate_size": 4864, "num_hidden_layers": 24, "num_attention_heads": 14,
     "num_key_value_heads": 2}}
    """#,
    "pi0": #"""
    {"vlm_config": \#(paliGemma.replacing("257216", with: "257152")),
     "dit_config": {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 8,
      "num_hidden_layers": 18, "num_key_value_heads": 1}}
    """#,
  ]
  private static let paliGemma = #"""
    {"text_config": {"hidden_size": 2048, "intermediate_size": 16384, "model_type": "gemma",
      "num_attention_heads": 8, "num_hidden_layers": 18, "num_image_tokens": 256,
      "num_key_value_heads": 1, "vocab_size": 257216},
     "vision_config": {"hidden_size": 1152, "intermediate_size": 4304, "num_attention_heads": 16,
      "num_hidden_layers": 27, "num_image_tokens": 256, "patch_size": 14, "projection_dim": 2048,
      "projector_hidden_act": "gelu_fast", "vision_use_head": false,
      "model_type": "siglip_vision_model"}}
    """#

  private func network(_ name: String, _ json: JSONValue) throws -> any Module {
    var random = SeededRandom(seed: 0)
    switch name {
    case "llava": return LLaVA(try LLaVAConfiguration(json), using: &random)
    case "llava-1.6": return LLaVANeXT(try LLaVANeXTConfiguration(json), using: &random)
    case "openvla": return OpenVLA(try OpenVLAConfiguration(json), using: &random)
    case "instructblip": return InstructBLIP(try InstructBLIPConfiguration(json), using: &random)
    case "smolvlm": return SmolVLM(try SmolVLMConfiguration(json), using: &random)
    case "paligemma": return PaliGemma(try PaliGemmaConfiguration(json), using: &random)
    case "fastvlm": return FastVLM(try FastVLMConfiguration(json), using: &random)
    case "pi0": return PiZero(try PiZeroConfiguration(json), using: &random)
    case "blip-2": return BLIP2(try BLIP2Configuration(json), using: &random)
    case "flamingo": return Flamingo(try FlamingoConfiguration(json), using: &random)
    case "vilt": return ViLT(try ViLTConfiguration(json), using: &random)
    default:
      var configuration = CLIPGPT2Configuration()
      configuration.vision = try VisionTransformerConfiguration(clip: json)
      configuration.language = try GPT2Configuration(json)
      return CLIPGPT2(configuration, using: &random)
    }
  }

  @Test("the parameter counts of VLMs that run are those of their networks at the published sizes")
  func parameters() throws {
    #expect(VLMRegistry().available.sorted() == Self.sizes.keys.sorted())
    for (name, text) in Self.sizes {
      let json = try JSONFile.parse(Data(text.utf8), name: "config.json")
      let counted = try uninitialized { try network(name, json) }.parameterCount
      let told = try VLMRegistry().entry(for: name).capabilities.parameterCount
      // OpenVLA's files hold more than is read: SigLIP's pooling head, 15 million numbers.
      #expect(abs(Double(counted) / Double(told) - 1) < 0.0025, "\(name): \(counted)")
    }
  }

  @Test("available and planned VLMs are all entries, with unique names")
  func lists() {
    let registry = VLMRegistry()
    let names = registry.all.map(\.name)
    #expect(Set(registry.available) == Set(Self.sizes.keys))
    #expect(Set(registry.planned) == ["rt-2"])
    #expect(registry.available + registry.planned == names)
    let spellings = registry.all.flatMap { [$0.name] + $0.aliases }.map { $0.lowercased() }
    #expect(Set(spellings).count == spellings.count)
  }

  @Test(
    "a name is found by its aliases, in any case, with any hyphen, and with the hub's owner",
    arguments: [
      ("llava", "llava"), ("LLaVA-1.5", "llava"), ("llava-1.5-7b", "llava"), ("llava_1.5", "llava"),
      ("liuhaotian/llava-v1.5-7b", "llava"), ("llava-hf/llava-1.5-7b-hf", "llava"),
      ("OpenVLA", "openvla"), ("openvla/openvla-7b", "openvla"), ("InstructBLIP", "instructblip"),
      ("blip2", "blip-2"), ("BLIP-2", "blip-2"), ("BLIP 2", "blip-2"), ("clip+gpt", "clip+gpt2"),
      ("CLIP+GPT2", "clip+gpt2"), ("clip_gpt2", "clip+gpt2"),
      ("google/paligemma-3b-pt-224", "paligemma"),
      ("PaliGemma", "paligemma"), ("lerobot/pi0_base", "pi0"), ("π0", "pi0"),
      ("llava-next", "llava-1.6"),
      ("rt2", "rt-2"), ("FastVLM", "fastvlm"), ("ViLT", "vilt"), ("Flamingo", "flamingo"),
    ])
  func aliases(spelling: String, name: String) throws {
    #expect(try VLMRegistry().entry(for: spelling).name == name)
  }

  @Test(
    "an unknown name is refused in one line with similar and available names",
    arguments: ["llama", "", "/", "llava\n1.5\nx", String(repeating: "x", count: 100_000)])
  func unknown(name: String) throws {
    let registry = VLMRegistry()
    let error = #expect(throws: VLMError.self) { try registry.checkCompatibility(name) }
    let text = try #require(error?.description)
    #expect(!text.contains("\n"))
    #expect(text.contains("instructblip, blip-2, clip+gpt2, llava-1.6, flamingo, vilt"))
    #expect(text.count < 400)
    guard case .unknownName(name, let nearest, registry.available)? = error else {
      Issue.record("\(text)")
      return
    }
    #expect(nearest.count == 3)
    if name == "llama" { #expect(nearest.first == "llava") }
  }

  @Test(
    "each named system lies in the band that the original quotes for it",
    arguments: [
      ("openvla", 95...100), ("rt-2", 95...100), ("llava-1.5", 80...95), ("llava-1.6", 80...95),
      ("instructblip", 80...95), ("blip-2", 70...85), ("flamingo", 70...85), ("clip+gpt", 50...70),
      ("vilt", 50...70),
    ])
  func bands(name: String, band: ClosedRange<Int>) throws {
    let report = try VLMRegistry().checkCompatibility(name)
    #expect(band.contains(report.score))
    #expect(report.quotedBand == band)
  }

  @Test(
    "each kind gets the strategy that is quoted for it",
    arguments: [
      ("openvla", TransferStrategy.directFineTuning), ("llava", .lora), ("instructblip", .lora),
      ("blip-2", .progressiveUnfreezing), ("clip+gpt2", .freezeBackbone), ("vilt", .freezeBackbone),
      ("fastvlm", .adapterLayers),
    ])
  func strategies(name: String, strategy: TransferStrategy) throws {
    #expect(try VLMRegistry().recommendTransferStrategy(name) == strategy)
  }

  @Test("efficient VLMs have no quoted band")
  func efficient() throws {
    #expect(try VLMRegistry().checkCompatibility("fastvlm").quotedBand == nil)
  }

  @Test("a score is the sum of its items, 0 to 100, with one reason per item")
  func itemised() throws {
    for name in VLMRegistry().all.map(\.name) {
      for actionDim in [1, 7, 12] {
        let report = try VLMRegistry().checkCompatibility(name, actionDim: actionDim)
        #expect(report.items.map(\.points).reduce(0, +) == report.score)
        #expect(0...100 ~= report.score)
        #expect(report.items.allSatisfy { $0.points >= 0 && !$0.reason.isEmpty })
        #expect(report.reasons.count == report.items.count)
        #expect(zip(report.reasons, report.items).allSatisfy { $0.contains("\($1.points)") })
      }
    }
  }

  @Test("your own VLM with the capabilities of a published one gets the same report")
  func ownVLM() throws {
    let registry = VLMRegistry()
    for (number, published) in VLMEntry.published.enumerated() {
      try registry.register(
        VLMEntry("own-\(number)", family: .llava, capabilities: published.capabilities))
      let (own, theirs) = (
        try registry.checkCompatibility("OWN_\(number)"),
        try registry.checkCompatibility(published.name)
      )
      #expect(own.items == theirs.items)
      #expect(own.strategy == theirs.strategy)
    }
    let running = VLMEntry.published.count { $0.runs }
    #expect(registry.available.count == running + VLMEntry.published.count)
    #expect(registry.available.count == VLMRegistry().available.count + VLMEntry.published.count)
  }

  @Test("each capability raises the score")
  func monotone() throws {
    let names = ["clip+gpt", "blip-2", "llava", "openvla"]
    let scores = try names.map { try VLMRegistry().checkCompatibility($0).score }
    #expect(scores == scores.sorted() && Set(scores).count == scores.count)
  }

  @Test("native actions score less for a robot with other dimensions")
  func otherDimensions() throws {
    let registry = VLMRegistry()
    let (own, other) = (
      try registry.checkCompatibility("openvla", actionDim: 7),
      try registry.checkCompatibility("openvla", actionDim: 12)
    )
    #expect(other.score < own.score)
    #expect(other.strategy == .directFineTuning)
    #expect(other.reasons.contains { $0.contains("7 dimensions, not 12") })
    #expect(throws: VLMError.noActionDimensions(0)) {
      try registry.checkCompatibility("openvla", actionDim: 0)
    }
  }

  @Test("a name is registered once, whatever its spelling")
  func taken() throws {
    let registry = VLMRegistry()
    let mine = VLMCapabilities(languageModel: true, parameterCount: 1)
    func register(_ name: String, _ aliases: [String] = []) throws {
      try registry.register(VLMEntry(name, aliases: aliases, family: nil, capabilities: mine))
    }
    #expect(throws: VLMError.nameTaken("LLAVA_1.5", by: "llava")) { try register("LLAVA_1.5") }
    #expect(throws: VLMError.nameTaken("blip2", by: "blip-2")) { try register("mine", ["blip2"]) }
    #expect(throws: VLMError.invalidName("")) { try register("") }
    #expect(throws: VLMError.invalidName("a\nb")) { try register("a\nb") }
    try register("mine")
    #expect(registry.planned.last == "mine")
    #expect(throws: VLMError.nameTaken("Mine", by: "mine")) { try register("Mine") }
  }

  @Test("many threads can register and look up names at once")
  func threads() async {
    let registry = VLMRegistry()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<100 {
        group.addTask {
          let capabilities = VLMCapabilities(parameterCount: number)
          try? registry.register(
            VLMEntry("vlm-\(number)", family: nil, capabilities: capabilities))
          _ = registry.available
        }
      }
    }
    #expect(registry.planned.count == VLMEntry.published.count { !$0.runs } + 100)
  }

  @Test("a family is recognized by model_type, then by architectures")
  func families() throws {
    func family(_ json: String) throws -> String {
      try VLMFamily.reading(JSONFile.parse(Data(json.utf8), name: "config.json")).name
    }
    #expect(try family(#"{"model_type": "llava"}"#) == "llava")
    #expect(try family(#"{"architectures": ["OpenVLAForActionPrediction"]}"#) == "openvla")
    #expect(try family(#"{"model_type": "x", "architectures": ["CLIPModel"]}"#) == "clip+gpt2")
    #expect(throws: JSONFileError.self) { try family("{}") }
    #expect(throws: JSONFileError.self) { try family(#"{"model_type": 3}"#) }
    #expect(throws: JSONFileError.self) { try family("[]") }
    let error = #expect(throws: VLMError.self) { try family(#"{"model_type": "florence2"}"#) }
    let line = error?.description ?? ""  // other tests may have registered more
    #expect(
      line.hasPrefix(
        "config.json: model_type \"florence2\" is not supported; supported families are llava, "
          + "openvla, instructblip, blip-2, clip+gpt2, llava-1.6, flamingo, vilt"))
  }
}
