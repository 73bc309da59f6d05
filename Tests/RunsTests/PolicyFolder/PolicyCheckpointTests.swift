import Files
import Foundation
import NanoVLA
import Tabletop
import Tensors
import Testing
import VLMs

/// A policy's folder: what was written comes back bit for bit, and damage is refused in one line.
@Suite struct PolicyCheckpointTests {
  private func policy(_ head: ActionHeadKind = .tokens(bins: 16), seed: UInt64 = 4) throws -> VLA {
    var configuration = ToyVLMConfiguration()
    (configuration.imageSize, configuration.width, configuration.heads) = (16, 8, 2)
    var random = SeededRandom(seed: seed)
    return try VLA(
      backbone: ToyVLM(configuration, using: &random), statistics: .bundled(), head: head,
      chunk: 3, usesProprioception: false, history: 2, using: &random)
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test(
    "every kind of head comes back with the same numbers",
    arguments: [
      ActionHeadKind.tokens(bins: 16), .l1, .mse, .hybrid, .flow, .text, .residual, .fast,
    ])
  func roundTrip(head: ActionHeadKind) throws {
    try withFolder { folder in
      let policy = try policy(head)
      try policy.write(to: folder)
      let read = try VLA(contentsOf: folder)
      #expect(read.namedParameters.map(\.name) == policy.namedParameters.map(\.name))
      #expect(read.parameters.map(\.values) == policy.parameters.map(\.values))
      #expect(type(of: read.head) == type(of: policy.head))
      #expect(read.statistics == policy.statistics && read.space == policy.space)
      #expect(read.head.chunk == 3 && read.history == 2 && !read.usesProprioception)
      let (backbone, original) = (read.backbone as? ToyVLM, policy.backbone as? ToyVLM)
      #expect(backbone?.configuration == original?.configuration)
    }
  }

  @Test("writing again replaces the policy and leaves other files alone")
  func again() throws {
    try withFolder { folder in
      try policy(seed: 1).write(to: folder)
      let note = folder.appending(path: "note.txt")
      try Data("mine".utf8).write(to: note)
      let newer = try policy(.l1, seed: 2)
      try newer.write(to: folder, dataset: "tabletop_goal")
      #expect(
        try VLA(contentsOf: folder).parameters.map(\.values) == newer.parameters.map(\.values))
      #expect(try VLA(contentsOf: folder, dataset: "tabletop_goal").head.chunk == 3)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(
        names == ["config.json", "dataset_statistics.json", "model.safetensors", "note.txt"])
      #expect(throws: StatisticsFileError.self) { try VLA(contentsOf: folder, dataset: "other") }
    }
  }

  @Test("a folder of an earlier format is refused with both versions and the remedy")
  func older() throws {
    let text = try problem(setting(["format_version"], to: nil))
    #expect(text.contains("format_version is 1, this nanoVLA reads 2: train the policy again"))
    #expect(try problem(setting(["format_version"], to: 3)).contains("format_version is 3"))
  }

  private func problem(_ damage: (URL) throws -> Void) throws -> String {
    var text = ""
    try withFolder { folder in
      try policy().write(to: folder)
      try damage(folder)
      var caught: (any Error)?
      do { _ = try VLA(contentsOf: folder) } catch { caught = error }
      text = "\(try #require(caught, "the damage went unnoticed"))"
      #expect(text.contains(folder.path), "\(text)")
      #expect(!text.contains("\n"))
    }
    return text
  }

  @Test(
    "a missing file is named",
    arguments: ["config.json", "model.safetensors", "dataset_statistics.json"])
  func missing(file: String) throws {
    let text = try problem { try FileManager.default.removeItem(at: $0.appending(path: file)) }
    #expect(text.contains(file))
  }

  @Test("sizes that no policy has are refused before anything is built")
  func sizes() throws {
    #expect(try problem(setting(["chunk"], to: 0)).contains("chunk is 0"))
    #expect(try problem(setting(["chunk"], to: 1 << 40)).contains("chunk"))
    #expect(try problem(setting(["history"], to: -1)).contains("history is -1"))
    for bins in [1 << 50, 1, Int.min + 1] {
      let head = part("tokens", ["bins": bins, "hidden": 128])
      let line = try problem(setting(["head"], to: head))
      #expect(line.contains("bins") && line.contains("\(bins)"), "\(line)")
    }
    let dance = try problem(setting(["head"], to: part("dance")))
    #expect(dance.contains("\"dance\" is not registered; there are "))
    for (key, value) in [("width", 1 << 20), ("ratio", 4096)] {
      let text = try problem(setting(["backbone", "configuration", key], to: value))
      #expect(text.contains("backbone.configuration.\(key): \(value) is not in"))
    }
    #expect(try problem(setting(["actionSpace", "controlRate"], to: -1)).contains("config.json"))
    #expect(try problem(setting(["actionSpace", "dimensions"], to: [])).contains("config.json"))
    #expect(try problem(setting(["model_type"], to: "llava")).contains("llava"))
  }

  @Test("text that is no JSON, or nested without end, is refused")
  func text() throws {
    for text in ["", "{", "[1]", "\u{0}", String(repeating: "[", count: 100_000)] {
      _ = try problem { try Data(text.utf8).write(to: $0.appending(path: "config.json")) }
    }
  }

  @Test("weights that are cut short, or of another policy, are refused")
  func weights() throws {
    _ = try problem { folder in
      let file = folder.appending(path: "model.safetensors")
      try Data(contentsOf: file).dropLast(9).write(to: file)
    }
    #expect(try problem(setting(["chunk"], to: 2)).isEmpty == false)
    #expect(
      try problem(setting(["head"], to: part("continuous", ["error": "absolute", "hidden": 128])))
        .contains("head."))
  }
}
