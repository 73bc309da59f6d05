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
      name: "tokenizer", inputs: 15_000, seeds: { SmallTokenizers.all.map { Array($0.utf8) } },
      parse: { bytes in
        let tokenizer = try TextTokenizer(contentsOf: Scratch.file("tokenizer.json", bytes))
        for text in ["", "ab <s> Ab é\u{0301}  2\n字", "\u{1F600}\u{200D}a'b's"] {
          let ids = try tokenizer.encode(text)
          precondition(ids.allSatisfy { tokenizer.token(of: $0) != nil })
          _ = try tokenizer.decode(ids)
          var stream = tokenizer.makeStream()
          for id in ids.prefix(20) + [0, -1, .max] { _ = try stream.next(id) }
          _ = try stream.finish()
        }
      }),
    FuzzedParser(
      name: "preprocessor", inputs: 60_000,
      seeds: {
        try ["blip2_opt", "clip", "openvla"].map { try fixture("\($0)/preprocessor_config.json") }
      },
      parse: { bytes in
        let preprocessor = try ImagePreprocessor(JSONFile.parse(Data(bytes), name: "p.json"))
        guard preprocessor.isSmall else { return }
        _ = try preprocessor([RGBImage(width: 5, height: 3, color: .init(9, 90, 200))])
      }),
    FuzzedParser(
      name: "configuration", inputs: 40_000, seeds: { try families.map(configuration) },
      parse: { bytes in
        let json = try JSONFile.parse(Data(bytes), name: "config.json")
        switch try VLMFamily.reading(json).name {
        case "llava": _ = try LLaVAConfiguration(json)
        case "openvla": _ = try OpenVLAConfiguration(json)
        case "blip-2": _ = try BLIP2Configuration(json)
        case "instructblip": _ = try InstructBLIPConfiguration(json)
        default:
          _ = try? CLIPConfiguration(json)
          _ = try GPT2Configuration(json)
        }
      }),
    // A folder whose config.json alone is changed: what it says must fit the weights. Then the model answers.
    FuzzedParser(
      name: "vlm-folder", inputs: 400,
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
        let types = ["openvla", "instructblip", "blip-2"]
        let family = types.firstIndex { text.contains("\"\($0)\"") }.map { families[$0] }
        let folder = Scratch.folder.appending(path: family ?? "llava15")
        _ = Scratch.file("\(family ?? "llava15")/config.json", bytes)
        _ = try CheckpointSummary(folder: folder)
        let image = RGBImage(width: 7, height: 5, color: .init(200, 20, 2))
        _ = try VLM.read(folder).answer(image, "what", tokens: 2)
      }),
  ]

  private static let families = ["openvla", "instructblip_vicuna", "blip2_opt", "llava15"]

  private static func configuration(_ family: String) throws -> [UInt8] {
    try fixture("\(family)/config.json")
  }
}

extension ImagePreprocessor {
  /// Whether an image takes little time; large sizes are allowed and would take seconds.
  fileprivate var isSmall: Bool {
    let size: Size? =
      switch target {
      case .exactly(let size): size
      case .shortestEdge(let side): Size(width: side, height: side)
      case nil: nil
      default: Size(width: 1 << 12, height: 1 << 12)  // of any other kind: not run here
      }
    return [size, crop].allSatisfy { ($0?.width ?? 1) * ($0?.height ?? 1) <= 1 << 14 }
  }
}
