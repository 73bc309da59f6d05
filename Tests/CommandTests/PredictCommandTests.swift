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
    func predict(_ family: String, _ more: String...) throws -> Program.Result {
      let model = fixtures.appending(path: family).path
      return try program.run(
        ["predict", "--model-path", model, "--image", "camera.png", "--json"] + more
          + ["pick up the red cup"], in: folder)
    }
    let result = try predict("pi0")
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let chunk = try #require(json?["chunk"] as? [[Double]])
    #expect(chunk.count == 5 && chunk.allSatisfy { $0.count == 7 })
    #expect(json?["action"] as? [Double] == chunk[0])
    #expect(Set(chunk).count == 5)

    #expect(result.error.contains("the robot is unknown"), "\(result.error)")

    for (result, reason) in [
      (try predict("paligemma"), "generates no actions"),
      (try predict("pi0", "--proprioception", "1,2"), "no statistics of the robot's state"),
      (try predict("pi0", "--unnorm-key", "mine"), "no dataset \"mine\""),
      (
        try predict("openvla", "--unnorm-key", "bridge_orig", "--proprioception", "1,2"),
        "uses no proprioception"
      ),
    ] {
      #expect(result.status != 0 && result.output.isEmpty)
      #expect(result.error.contains(reason), "\(result.error)")
    }
  }

  @Test("the state of π0's robot is normalized by its folder's statistics, and its actions too")
  func robotState() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(
      at: checkout.appending(path: "Tests/Fixtures/seed0/pi0"), to: folder.appending(path: "pi0"))
    try Data(
      #"""
      {"state_mean": [0, 5], "state_std": [1, 2], "actions_mean": [7, 7, 7], "actions_std": [0, 0, 1]}
      """#.utf8
    ).write(to: folder.appending(path: "pi0/processor_config.json"))
    func predict(_ arguments: String...) throws -> Program.Result {
      try program.run(
        ["predict", "--model-path", "pi0", "--image", "camera.png"] + arguments + ["wave"],
        in: folder)
    }
    let result = try predict("--proprioception", "0.5,3", "--json")
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let action = try #require(json?["action"] as? [Double])
    #expect(action.count == 3 && action.prefix(2) == [7, 7] && action[2] != 7)
    #expect(try predict("--proprioception", "0.5,4", "--json").output != result.output)
    let unknown = try predict()
    #expect(unknown.status == 0 && unknown.error.contains("as --proprioception, 2 numbers"))
    let wrong = try predict("--proprioception", "1,2,3")
    #expect(wrong.status != 0 && wrong.error.contains("must be 2 numbers"), "\(wrong.error)")
  }

  @Test("ViLT answers a question with one of its labels")
  func classified() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let vilt = checkout.appending(path: "Tests/Fixtures/seed0/vilt").path
    let result = try program.run(
      ["generate", "--model-path", vilt, "--image", vilt + "/image.png", "What is it?"], in: folder)
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    #expect(result.output.hasPrefix("LABEL_") && result.output.hasSuffix("\n"))
  }
}
