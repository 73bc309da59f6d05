import Foundation
import Testing

/// `nanovla rl` as a user runs it: in a pipe, killed, resumed.
@Suite(.serialized) struct RLCommandTests {
  private let program = Program.product("nanovla")
  private let folder: URL
  private let options = [
    "rl", "--demonstrations", "5", "--groups", "3", "--group-size", "4", "--evaluate-every", "0",
    "--episodes", "20", "--epochs", "8", "--resume", "--output",
  ]

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "rl-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func contents(_ path: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: path))
  }

  @Test("a run that is killed and resumed writes files identical to those of an uninterrupted run")
  func killed() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try program.run(options + ["whole"], in: folder)
    #expect(whole.status == 0, "\(whole.error)")
    #expect(whole.output.hasPrefix("before: "))
    #expect(whole.output.contains("after 8 iterations: "))
    #expect(!whole.error.contains("\u{1B}"))
    var kills = 0
    for lines in [1, 4] {
      let killed = try program.runKilled(
        options + ["killed"], in: folder, after: lines,
        of: folder.appending(path: "killed/metrics.jsonl"))
      if killed.status == 128 + SIGKILL { kills += 1 }
    }
    #expect(kills > 0)
    let resumed = try program.run(options + ["killed"], in: folder)
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(resumed.output.contains("resumed after"))
    for file in ["policy/model.safetensors", "policy/config.json", "start/model.safetensors"] {
      #expect(try contents("killed/" + file) == contents("whole/" + file), "\(file)")
    }
    let lines = String(decoding: try contents("killed/metrics.jsonl"), as: UTF8.self)
    #expect(lines.split(separator: "\n").count == 8)
    #expect(try contents("killed/curve.png").count > 500)
  }

  @Test("a policy is trained on the suite it was cloned from, unless another suite is named")
  func suite() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let trained = try program.run(
      [
        "train", "--dataset", "tabletop_spatial", "--demonstrations", "3", "--steps", "20",
        "--episodes", "0", "--output", "start",
      ], in: folder)
    #expect(trained.status == 0, "\(trained.error)")
    let rl = ["rl", "--policy", "start", "--epochs", "1", "--groups", "2", "--episodes", "5"]
    for (dataset, options) in [
      ("tabletop_spatial", []), ("tabletop_object", ["--dataset", "tabletop_object"]),
    ] {
      let run = try program.run(rl + ["--output", dataset] + options, in: folder)
      #expect(run.status == 0, "\(run.error)")
      let file = try contents("\(dataset)/policy/dataset_statistics.json")
      #expect(String(decoding: file, as: UTF8.self).contains("\"\(dataset)\""))
    }
  }

  @Test(
    "an impossible request is refused in one line and leaves no files",
    arguments: [
      (["--dataset", "libero_10"], "simulator"), (["--dataset", "moon"], "tabletop_goal"),
      (["--policy", "nowhere"], "nowhere"), (["--demonstrations", "0"], "demonstrations is 0"),
      (["--group-size", "1"], "groupSize"), (["--config", "none.json"], "none.json"),
      (["--minibatch-size", "0"], "minibatchSize"),
    ])
  func refused(arguments: [String], reason: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let result = try program.run(["rl", "--output", "out"] + arguments, in: folder)
    #expect(result.status != 0)
    #expect(result.error.contains(reason), "\(result.error)")
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
  }
}
