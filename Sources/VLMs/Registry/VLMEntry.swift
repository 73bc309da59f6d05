/// A vision-language model in the registry: its names, what it has learned, and which code runs it.
public struct VLMEntry: Sendable {
  public let name: String
  /// Other names for it, of checkpoints on the hub too.
  public let aliases: [String]
  /// What reads its checkpoints; nil if there is no code for it yet.
  public let family: VLMFamily?
  public let capabilities: VLMCapabilities
  /// What a table of VLMs should say beside it.
  public let note: String

  public init(
    _ name: String, aliases: [String] = [], family: VLMFamily?, capabilities: VLMCapabilities,
    note: String = ""
  ) {
    (self.name, self.aliases, self.family) = (name, aliases, family)
    (self.capabilities, self.note) = (capabilities, note)
  }

  public var runs: Bool { family != nil }

  /// The spellings by which it is found.
  var keys: Set<String> { Set(([name] + aliases).map(Self.key)) }

  /// "llava-hf/LLaVA_1.5" and "llava-1.5" are one name.
  static func key(_ name: String) -> String {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    return String(last.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 })
  }

  static func isUsable(_ name: String) -> Bool {
    1...80 ~= name.count && name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace }
      && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }
}

extension VLMEntry {
  /// The published VLMs that this course names: those that run, then the others.
  ///
  /// Parameters are those of the smallest published size. Of a VLM that runs they are its files' or
  /// its network's, built here at that size and counted; of a planned one what its publication calls
  /// the model that stands beside the number.
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
      family: nil, capabilities: instructed(7_000_000_000)),  // llava-v1.6-mistral-7b
    VLMEntry(
      "fastvlm", aliases: ["fast-vlm", "fastvlm-0.5b"], family: nil,
      capabilities: instructed(500_000_000, efficient: true)),  // FastVLM-0.5B
    VLMEntry(
      "flamingo", aliases: ["idefics", "openflamingo"], family: nil,
      capabilities: pretrained(3_000_000_000)),  // Flamingo-3B
    VLMEntry(  // ViT-B/32 (88 million), BERT's table of 30,522 words of 768 numbers
      "vilt", aliases: ["vilt-b32-mlm"], family: nil,
      capabilities: VLMCapabilities(jointPretraining: true, parameterCount: 112_000_000)),
    VLMEntry(
      "rt-2", aliases: ["rt2"], family: nil, capabilities: acting(12_000_000_000),  // PaLM-E-12B
      note: "closed weights"),
  ]

  /// Learned from images and texts together, and writes.
  private static func pretrained(_ parameters: Int) -> VLMCapabilities {
    VLMCapabilities(jointPretraining: true, languageModel: true, parameterCount: parameters)
  }

  /// And then to do what it is told about an image.
  private static func instructed(_ parameters: Int, efficient: Bool = false) -> VLMCapabilities {
    var capabilities = pretrained(parameters)
    (capabilities.instructionTuned, capabilities.efficient) = (true, efficient)
    return capabilities
  }

  /// And then to act.
  private static func acting(_ parameters: Int) -> VLMCapabilities {
    var capabilities = instructed(parameters)
    capabilities.nativeActions = true
    return capabilities
  }
}
