import Foundation
import Testing

/// `nanovla predict` on a policy folder that `nanovla train` wrote.
@Suite struct PredictCommandTests {
  private let program = Program.product("nanovla")
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "predict-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let film = checkout.appending(path: "Sources/Tabletop/Demonstrations/episode-000.png")
    try FileManager.default.copyItem(at: film, to: folder.appending(path: "camera.png"))
  }

  private func predict(_ arguments: String...) throws -> Program.Result {
    try program.run(
      ["predict", "--model-path", "policy", "--image", "camera.png"] + arguments
        + ["pick up the red cup"], in: folder)
  }

  @Test("a policy folder predicts an action, and asks for the inputs that it needs")
  func policyFolder() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let trained = try program.run(
      [
        "train", "--demonstrations", "3", "--steps", "20", "--history", "2", "--episodes", "0",
        "--output", "policy",
      ], in: folder)
    #expect(trained.status == 0, "\(trained.error)")

    let result = try predict("--proprioception", "0.5,0.5,0.2,0", "--json")
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let action = try #require(json?["action"] as? [Double])
    #expect(action.count == 7 && action.allSatisfy(\.isFinite))
    #expect((json?["names"] as? [String])?.last == "gripper")

    for (result, reason) in [
      (try predict(), "--proprioception"), (try predict("--proprioception", "1,2"), "4 numbers"),
      (
        try program.run(
          ["generate", "--model-path", "policy", "--image", "camera.png", "What is this?"],
          in: folder), "nanovla predict"
      ),
    ] {
      #expect(result.status != 0 && result.output.isEmpty)
      #expect(result.error.contains(reason), "\(result.error)")
      #expect(result.error.split(separator: "\n").count == 1, "\(result.error)")
    }
  }

  @Test("a folder of π0 predicts a chunk; a VLM without actions is refused")
  func actionExpert() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let fixtures = checkout.appending(path: "Tests/Fixtures/seed0")
    func predict(_ family: String) throws -> Program.Result {
      try program.run(
        [
          "predict", "--model-path", fixtures.appending(path: family).path, "--image", "camera.png",
          "--json", "pick up the red cup",
        ], in: folder)
    }
    let result = try predict("pi0")
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let chunk = try #require(json?["chunk"] as? [[Double]])
    #expect(chunk.count == 5 && chunk.allSatisfy { $0.count == 7 })
    #expect(json?["action"] as? [Double] == chunk[0])
    #expect(Set(chunk).count == 5)

    let refused = try predict("paligemma")
    #expect(refused.status != 0 && refused.output.isEmpty)
    #expect(refused.error.contains("generates no actions"), "\(refused.error)")
  }
}
