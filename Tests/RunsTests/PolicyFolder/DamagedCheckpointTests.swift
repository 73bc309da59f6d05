import Foundation
import Testing

@testable import Files
@testable import NanoVLA
@testable import Tabletop
@testable import Tensors

/// Folders that only look like a checkpoint: each is refused in one line that names the file.
@Suite struct DamagedCheckpointTests {
  /// What reading a small checkpoint says after `damage` was done to its folder.
  private func problem(_ damage: (URL) throws -> Void) throws -> (error: any Error, text: String) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "toyvlm-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try Self.small.write(to: folder)
    try damage(folder)
    var caught: (any Error)?
    do { _ = try ToyVLM(contentsOf: folder) } catch { caught = error }
    let error = try #require(caught, "the damage went unnoticed")
    #expect(!"\(error)".contains("\n"))
    #expect("\(error)".contains(folder.path))
    return (error, "\(error)")
  }

  private static var small: ToyVLM {
    var configuration = ToyVLMConfiguration()
    (configuration.imageSize, configuration.width, configuration.heads) = (16, 8, 2)
    var random = SeededRandom(seed: 1)
    return ToyVLM(configuration, using: &random)
  }

  private func setting(_ key: String, to value: Any) -> (URL) throws -> Void {
    { folder in
      let file = folder.appending(path: ToyVLM.configurationFile)
      let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
      var settings = try #require(object as? [String: Any])
      settings[key] = value
      try JSONSerialization.data(withJSONObject: settings).write(to: file)
    }
  }

  private func rewriting(
    _ change: (inout [(name: String, shape: [Int], values: [Float])]) -> Void
  ) -> (URL) throws -> Void {
    var tensors = Self.small.namedParameters.map {
      (name: $0.name, shape: $0.parameter.shape, values: $0.parameter.values)
    }
    change(&tensors)
    return { [tensors] folder in
      try Safetensors.write(
        tensors.map { ($0.name, $0.shape, $0.values) }, as: .float32, metadata: [:],
        to: folder.appending(path: ToyVLM.weightsFile))
    }
  }

  @Test("a missing file is named", arguments: ["config.json", "model.safetensors"])
  func missing(file: String) throws {
    let (_, text) = try problem { try FileManager.default.removeItem(at: $0.appending(path: file)) }
    #expect(text.contains(file))
  }

  @Test(
    "a configuration that is no JSON, or of another kind, is refused",
    arguments: ["", "{", "[1]", "{\"imageSize\": 64}", "\u{0}\u{1}", "{\"imageSize\": \"big\"}"])
  func badJSON(text: String) throws {
    let (error, _) = try problem {
      try Data(text.utf8).write(to: $0.appending(path: "config.json"))
    }
    #expect(error is CheckpointError || error is JSONFileError)
  }

  @Test(
    "sizes that no model can have are refused before anything is built",
    arguments: [
      ("imageSize", 0), ("imageSize", -8), ("imageSize", 17), ("imageSize", 1 << 40),
      ("patchSize", 0), ("width", 6), ("width", 1_000_000), ("heads", 3), ("maximumWords", 0),
      ("ratio", -1),
    ])
  func badSizes(key: String, value: Int) throws {
    let (error, text) = try problem(setting(key, to: value))
    #expect(error is CheckpointError)
    #expect(text.contains("config.json"))
  }

  @Test("other intents, and no words, are refused")
  func badWords() throws {
    #expect(try problem(setting("intents", to: ["dance"])).text.contains("dance"))
    #expect(
      try problem(setting("vocabulary", to: [String]())).text.contains("vocabulary: 0 is not in"))
  }

  @Test("weights of another shape are refused with both shapes")
  func wrongShape() throws {
    let (error, text) = try problem(rewriting { $0[0].shape = [192, 8] })
    #expect(error is CheckpointError)
    #expect(text.contains("[192, 8]") && text.contains("[8, 192]"))
    #expect(text.contains("patchEmbedding.projection.weight"))
  }

  @Test("a missing tensor is named")
  func missingTensor() throws {
    let (error, text) = try problem(rewriting { $0.removeLast() })
    #expect(error is SafetensorsError)
    #expect(text.contains("intent.bias"))
  }

  @Test("weights that are no numbers are refused", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) throws {
    let (error, text) = try problem(rewriting { $0[3].values[1] = value })
    guard case CheckpointError.notFinite = error else {
      Issue.record("\(error)")
      return
    }
    #expect(text.contains("model.safetensors"))
  }

  @Test("weights that are cut short are refused")
  func cutShort() throws {
    let (error, _) = try problem { folder in
      let file = folder.appending(path: "model.safetensors")
      try Data(contentsOf: file).dropLast(100).write(to: file)
    }
    #expect(error is SafetensorsError)
  }

  @Test("a refused file changes no weight of the model that reads it")
  func unchanged() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "toyvlm-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try Self.small.write(to: folder)
    try rewriting { $0[$0.count - 1].values[0] = .nan }(folder)
    let model = Self.small
    let before = model.parameters.map(\.values)
    let file = try SafetensorsFile(url: folder.appending(path: "model.safetensors"))
    #expect(throws: CheckpointError.self) { try model.load(file) }
    #expect(model.parameters.map(\.values) == before)
  }

  @Test("a folder that cannot be made is named")
  func cannotWrite() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "file-\(UUID())")
    try Data("x".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let error = #expect(throws: CheckpointError.self) {
      try Self.small.write(to: file.appending(path: "inside"))
    }
    #expect("\(error.map(\.description) ?? "")".contains(file.path))
  }
}
