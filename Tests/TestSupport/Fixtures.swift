import Files
import Foundation
import Images
import Tensors
import Testing

/// A tiny checkpoint with what the published implementation computes from it: a folder with a
/// `reference.json` that names its family.
///
/// There are some under Tests/Fixtures, and more under $NANOVLA_FIXTURES if that is set: both hold
/// `FAMILY/` or `SEED/FAMILY/`.
package struct Fixture: Sendable, CustomTestStringConvertible {
  package let family: String
  package let folder: URL

  /// "llava15 (Fixtures/seed0)"
  package var testDescription: String {
    "\(family) (\(folder.pathComponents.dropLast().suffix(2).joined(separator: "/")))"
  }

  /// Where inputs and outputs are: this folder's own, or another family's that are the same.
  package let referenceFolder: URL

  /// The parts of `reference.json` beside the tensors, such as `["prompt"]`.
  package func facts() throws -> [String: Any] { try Self.facts(of: referenceFolder) }

  package func image() throws -> RGBImage {
    try RGBImage(png: referenceFolder.appending(path: "image.png"))
  }

  package func reference() throws -> SafetensorsFile {
    try SafetensorsFile(url: referenceFolder.appending(path: "reference.safetensors"))
  }

  /// A float tensor of the reference.
  package func tensor(_ name: String) throws -> Tensor {
    let file = try reference()
    return try Tensor(file.values(of: name), shape: file.shape(of: name))
  }

  /// A tensor of bytes (U8) or whole numbers (I64) of the reference, such as token ids.
  package func integers(_ name: String) throws -> [Int] {
    let file = try Data(contentsOf: referenceFolder.appending(path: "reference.safetensors"))
    func number(_ bytes: Data) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }
    let end = 8 + number(file.prefix(8))
    let header = try JSONSerialization.jsonObject(with: file[8..<end]) as? [String: [String: Any]]
    let entry = try #require(header?[name])
    let offsets = try #require(entry["data_offsets"] as? [Int])
    let size = try #require(["U8": 1, "I64": 8][entry["dtype"] as? String])
    return stride(from: end + offsets[0], to: end + offsets[1], by: size).map {
      number(file[$0..<$0 + size])
    }
  }
}

extension Fixture {
  package static let extraFolder = ProcessInfo.processInfo.environment["NANOVLA_FIXTURES"]
    .flatMap { $0.isEmpty ? nil : URL(filePath: $0, directoryHint: .isDirectory) }

  /// Every fixture there is, in the order of their paths.
  package static let all: [Fixture] = {
    let bundled = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures")
    return ([bundled] + [extraFolder].compactMap { $0 }).flatMap { root in
      folders(in: root).flatMap { folder in
        found(folder).map { [$0] } ?? folders(in: folder).compactMap(found)
      }
    }
  }()

  package static func of(_ families: String...) -> [Fixture] {
    all.filter { families.contains($0.family) }
  }

  private static func found(_ folder: URL) -> Fixture? {
    guard let facts = try? facts(of: folder), let family = facts["family"] as? String else {
      return nil
    }
    let other = facts["same_outputs_as"] as? String
    let reference =
      other.map { folder.deletingLastPathComponent().appending(path: $0) } ?? folder
    return Fixture(family: family, folder: folder, referenceFolder: reference)
  }

  private static func folders(in folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { folder.appending(path: $0, directoryHint: .isDirectory) }
  }

  private static func facts(of folder: URL) throws -> [String: Any] {
    let text = try Data(contentsOf: folder.appending(path: "reference.json"))
    return try JSONSerialization.jsonObject(with: text) as? [String: Any] ?? [:]
  }
}

@Suite struct FixtureTests {
  @Test("every bundled fixture is found, and $NANOVLA_FIXTURES adds to them")
  func found() {
    let families = Set(Fixture.all.map(\.family))
    let bundled: Set = [
      "blip2_opt", "clip", "clip_gpt2", "idefics_flamingo", "instructblip_vicuna", "llava15",
      "llava15_gqa", "llava15_v5keys", "llava_gemma", "llava_llama3", "llava_mistral",
      "llava_next", "llava_qwen2", "openvla", "paligemma", "pi0", "resize", "smolvlm",
      "fastvlm", "odd_pictures", "vilt",
    ]
    #expect(families.isSuperset(of: bundled))
    if let extra = Fixture.extraFolder {
      let added = Fixture.all.filter { $0.folder.path.hasPrefix(extra.path) }
      #expect(!added.isEmpty, "no FAMILY/reference.json under \(extra.path)")
    }
  }
}
