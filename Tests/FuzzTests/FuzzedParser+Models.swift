import Files
import Foundation
import Images
import Tensors

@testable import NanoVLA
@testable import VLMs

/// The files of published models.
extension FuzzedParser {
  static let models: [FuzzedParser] = [
    FuzzedParser(
      name: "tokenizer",
      seeds: { SmallTokenizers.all.map { Array($0.utf8) } },
      parse: { bytes in
        let tokenizer = try TextTokenizer(bytes, file: "tokenizer.json")
        for text in ["", "ab <s> Ab é\u{0301}  2\n字", "\u{1F600}\u{200D}a'b's"] {
          let ids = try tokenizer.encode(text)
          precondition(ids.allSatisfy { tokenizer.token(of: $0) != nil })
          _ = try tokenizer.decode(ids)
          guard text.count == 6 else { continue }
          var stream = tokenizer.makeStream()
          for id in ids.prefix(8) + [0, -1, .max] { _ = try stream.next(id) }
          _ = try stream.finish()
        }
      }),
    FuzzedParser(
      name: "preprocessor",
      seeds: {
        try [
          "blip2_opt", "clip", "openvla", "llava_next", "idefics_flamingo", "smolvlm", "paligemma",
          "vilt", "fastvlm",
        ].map { try fixture("\($0)/preprocessor_config.json") }
      },
      parse: { bytes in
        let preprocessor = try ImagePreprocessor(JSONFile.parse(Data(bytes), name: "p.json"))
        guard preprocessor.isSmall else { return }
        _ = try preprocessor.prepare(RGBImage(width: 5, height: 3, color: .init(9, 90, 200)))
      }),
    FuzzedParser(
      name: "configuration", seeds: { try families.map(configuration) },
      parse: { bytes in
        let json = try JSONFile.parse(Data(bytes), name: "config.json").recorded()
        try configurations[VLMFamily.reading(json).name]!(json)
        _ = json.unread
      }),
    // A folder whose config.json alone is changed: what it says must fit the weights. Then the model answers.
    FuzzedParser(
      name: "vlm-folder", inputs: 2600,
      seeds: {
        for family in families {
          let copy = Scratch.folder.appending(path: family)
          try? FileManager.default.removeItem(at: copy)
          try FileManager.default.copyItem(
            at: fixtures.appending(path: "seed0/\(family)"), to: copy)
        }
        return try families.map(configuration)
      },
      parse: { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let type = types.first { text.contains("\"\($0.name)\"") }
        let family = type?.folder ?? "llava15"
        _ = Scratch.file("\(family)/config.json", bytes)
        let folder = Scratch.folder.appending(path: family)
        _ = try CheckpointSummary(folder: folder)
        let image = RGBImage(width: 7, height: 5, color: .init(200, 20, 2))
        let vlm = try VLM.read(folder)
        if vlm.network.language.isCausal {
          _ = try vlm.answer(image, "what", tokens: 2)
        } else {
          _ = try vlm.prompt(image, "what")
        }
      }),
  ]

  /// The fixture of each family, by a word of its config.json, the first that is found.
  private static let types: [(name: String, folder: String)] = [
    ("openvla", "openvla"), ("instructblip", "instructblip_vicuna"), ("blip-2", "blip2_opt"),
    ("llava_next", "llava_next"), ("idefics", "idefics_flamingo"), ("smolvlm", "smolvlm"),
    ("pi0", "pi0"), ("paligemma", "paligemma"), ("vilt", "vilt"), ("fast_vlm", "fastvlm"),
    ("qwen2", "llava_qwen2"), ("gemma", "llava_gemma"), ("llava", "llava15"),
  ]

  private static let families = types.map(\.folder)

  private static func configuration(_ family: String) throws -> [UInt8] {
    try fixture("\(family)/config.json")
  }

  /// Reads the sizes of a family's network.
  private static let configurations: [String: @Sendable (JSONValue) throws -> Void] = [
    "llava": { _ = try LLaVAConfiguration($0) },
    "llava-1.6": { _ = try LLaVANeXTConfiguration($0) },
    "openvla": { _ = try OpenVLAConfiguration($0) }, "blip-2": { _ = try BLIP2Configuration($0) },
    "instructblip": { _ = try InstructBLIPConfiguration($0) },
    "flamingo": { _ = try FlamingoConfiguration($0) },
    "smolvlm": { _ = try SmolVLMConfiguration($0) },
    "paligemma": { _ = try PaliGemmaConfiguration($0) }, "pi0": { _ = try PiZeroConfiguration($0) },
    "vilt": { _ = try ViLTConfiguration($0) }, "fastvlm": { _ = try FastVLMConfiguration($0) },
    "clip+gpt2": { json in
      _ = try? CLIPConfiguration(json)
      _ = try GPT2Configuration(json)
    },
  ]
}

extension ImagePreprocessor {
  /// Whether an image takes little time; large sizes are allowed and would take seconds.
  fileprivate var isSmall: Bool {
    var sides: [Int] = [crop?.width, crop?.height].compactMap { $0 }
    switch target {
    case .exactly(let size), .within(let size): sides += [size.width, size.height]
    case .shortestEdge(let side), .multiples(_, let side): sides.append(side)
    case nil: break
    }
    sides += tiling.map { $0.resolutions.flatMap { [$0.width, $0.height] } } ?? []
    // A tile of a larger side is filled.
    sides += splitting.map { [$0.longestEdge, $0.side] } ?? []
    return sides.allSatisfy { $0 <= 32 }
  }
}
