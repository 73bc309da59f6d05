import Files
import Foundation
import NanoVLA
import Tabletop
import Tensors
import Testing

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
    arguments: [ActionHeadKind.tokens(bins: 16), .l1, .mse, .hybrid, .flow, .residual])
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
      let (trunk, original) = (read.backbone as? ToyVLM, policy.backbone as? ToyVLM)
      #expect(trunk?.configuration == original?.configuration)
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

  /// A config.json as it was before policies on other VLMs could be written.
  private static let older = """
    {"actionSpace": {"controlRate": 5, "dimensions": [{"bounds": [-0.2, 0.2], "name": "dx", \
    "unit": "world units per step"}, {"bounds": [-0.2, 0.2], "name": "dy", \
    "unit": "world units per step"}, {"bounds": [-0.3, 0.3], "name": "dz", \
    "unit": "world units per step"}, {"bounds": [-1, 1], "name": "roll", \
    "unit": "radians per step"}, {"bounds": [-1, 1], "name": "pitch", \
    "unit": "radians per step"}, {"bounds": [-1, 1], "name": "yaw", \
    "unit": "radians per step"}, {"bounds": [-1, 1], "name": "gripper", "unit": "+1 closed, \
    −1 open"}], "gripperConvention": "positiveClosed"}, \
    "backbone": {"camera": {"depth": 0.625, "left": 0.09375, "top": 0.28125, \
    "width": 0.8125}, "heads": 2, "imageSize": 16, "intents": ["bare", "pick", "put", \
    "pushLeft", "pushRight", "putThenPick"], "maximumWords": 14, "patchSize": 8, \
    "ratio": 2, "vocabulary": ["pick", "up", "put", "push", "in", "then", "the", "left", \
    "right", "far", "near", "red", "green", "blue", "yellow", "cup", "block", "ball", \
    "bowl"], "width": 8}, "chunk": 3, "head": {"tokens": {"bins": 16}}, "history": 2, \
    "model_type": "nanovla-policy", "usesProprioception": false}
    """

  @Test("a folder of before is the same policy")
  func older() throws {
    try withFolder { folder in
      let policy = try policy()
      try policy.write(to: folder)
      try Data(Self.older.utf8).write(to: folder.appending(path: VLA.configurationFile))
      let read = try VLA(contentsOf: folder)
      #expect(read.parameters.map(\.values) == policy.parameters.map(\.values))
      #expect(read.head.chunk == 3 && read.history == 2 && !read.usesProprioception)
    }
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
    let bins = ["tokens": ["bins": 1 << 50]]
    #expect(try problem(setting(["head"], to: bins)).contains("bins"))
    #expect(try problem(setting(["head"], to: ["tokens": ["bins": Int.min + 1]])).contains("bins"))
    #expect(try problem(setting(["head"], to: ["dance": [:]])).contains("config.json"))
    #expect(try problem(setting(["backbone", "width"], to: 1 << 20)).contains("width"))
    #expect(try problem(setting(["backbone", "ratio"], to: 4096)).contains("ratio"))
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
    #expect(try problem(setting(["head"], to: ["l1": [:]])).contains("head."))
  }
}
