/// A vision-language model in the registry: its names, its capabilities, and the code that runs it.
public struct VLMEntry: Sendable {
  public let name: String
  /// Other names, including those of checkpoints on the hub.
  public let aliases: [String]
  /// Reads its checkpoints; nil if there is no code for it yet.
  public let family: VLMFamily?
  public let capabilities: VLMCapabilities
  /// A remark for tables of VLMs.
  public let note: String

  /// An entry for ``VLMRegistry/register(_:)``.
  public init(
    _ name: String, aliases: [String] = [], family: VLMFamily?, capabilities: VLMCapabilities,
    note: String = ""
  ) {
    (self.name, self.aliases, self.family) = (name, aliases, family)
    (self.capabilities, self.note) = (capabilities, note)
  }

  /// Whether there is code for it.
  public var runs: Bool { family != nil }

  /// The normalized spellings of its names.
  var keys: Set<String> { Set(([name] + aliases).map(Self.key)) }

  /// The normalized spelling: "llava-hf/LLaVA_1.5" and "llava-1.5" are equal.
  static func key(_ name: String) -> String {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    return String(last.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 })
  }

  static func isValid(_ name: String) -> Bool {
    1...80 ~= name.count && name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace }
      && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }
}

extension VLMEntry {
  /// The published VLMs that this course names: those that run, then the planned ones.
  ///
  /// Parameter counts are those of the smallest published size: counted in the files or the network
  /// of a VLM that runs, and as published for a planned one.
  public static let published: [VLMEntry] = [
    VLMEntry(
      "llava",
      aliases: [
        "llava-1.5", "llava-1.5-7b", "llava-1.5-13b", "llava-1.5-7b-hf", "llava-1.5-13b-hf",
        "llava-v1.5-7b", "llava-v1.5-13b",
      ],
      family: .llava, capabilities: instructed(7_063_427_072)),
    VLMEntry(
      "openvla", aliases: ["openvla-7b"], family: .openVLA, capabilities: acting(7_541_237_184)),
    VLMEntry(
      "instructblip", aliases: ["instruct-blip", "instructblip-vicuna-7b"], family: .instructBLIP,
      capabilities: instructed(7_910_000_000)),
    VLMEntry(
      "blip-2", aliases: ["blip2", "blip2-opt", "blip2-opt-2.7b"], family: .blip2,
      capabilities: pretrained(3_740_000_000)),
    VLMEntry(
      "clip+gpt2", aliases: ["clip+gpt", "clip-gpt2", "clip-gpt", "clipgpt2"], family: .clipGPT2,
      capabilities: VLMCapabilities(languageModel: true, parameterCount: 213_000_000)),
    VLMEntry(
      "llava-1.6",
      aliases: ["llava-next", "llava-v1.6", "llava-1.6-7b", "llava-v1.6-mistral-7b-hf"],
      family: .llavaNeXT, capabilities: instructed(7_566_747_648)),  // llava-v1.6-mistral-7b
    VLMEntry(
      "flamingo", aliases: ["idefics", "idefics-9b"], family: .flamingo,
      capabilities: pretrained(8_930_000_000)),  // Idefics-9B
    VLMEntry(  // ViT-B/32 and BERT's embeddings of 30,522 tokens, without the head for masked words
      "vilt", aliases: ["vilt-b32-mlm", "vilt-b32-finetuned-vqa"], family: .vilt,
      capabilities: VLMCapabilities(jointPretraining: true, parameterCount: 111_600_000)),
    VLMEntry(
      "smolvlm",
      aliases: [
        "smolvlm-256m", "smolvlm-256m-instruct", "smolvlm-500m-instruct", "smolvlm-instruct",
        "smolvlm2", "smolvlm2-256m-video-instruct", "smolvlm2-2.2b-instruct",
      ],
      family: .smolVLM, capabilities: instructed(256_484_928, efficient: true)),
    VLMEntry(
      "paligemma", aliases: ["paligemma-3b", "paligemma-3b-pt-224", "paligemma-3b-mix-224"],
      family: .paliGemma, capabilities: pretrained(2_923_466_480)),
    VLMEntry(
      "pi0", aliases: ["pi-0", "π0", "pi0-base"], family: .piZero,
      capabilities: acting(3_238_048_528)),
    VLMEntry(
      "fastvlm", aliases: ["fast-vlm", "fastvlm-0.5b"], family: .fastVLM,
      capabilities: instructed(756_474_464, efficient: true)),
    VLMEntry(
      "rt-2", aliases: ["rt2"], family: nil, capabilities: acting(12_000_000_000),  // PaLM-E-12B
      note: "closed weights; use --head text"),
  ]

  /// Trained on images and text jointly; generates text.
  private static func pretrained(_ parameters: Int) -> VLMCapabilities {
    VLMCapabilities(jointPretraining: true, languageModel: true, parameterCount: parameters)
  }

  /// Also tuned to follow instructions about images.
  private static func instructed(_ parameters: Int, efficient: Bool = false) -> VLMCapabilities {
    var capabilities = pretrained(parameters)
    (capabilities.instructionTuned, capabilities.efficient) = (true, efficient)
    return capabilities
  }

  /// Also trained on robot actions.
  private static func acting(_ parameters: Int) -> VLMCapabilities {
    var capabilities = instructed(parameters)
    capabilities.nativeActions = true
    return capabilities
  }
}
