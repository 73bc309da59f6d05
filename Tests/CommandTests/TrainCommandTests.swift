import Foundation
import Testing

/// `nanovla train` as a user runs it: in a pipe, killed, resumed.
@Suite(.serialized) struct TrainCommandTests {
  private let program = Program.product("nanovla")
  private let folder: URL
  private let options = [
    "train", "--demonstrations", "5", "--steps", "2000", "--episodes", "20", "--resume", "--output",
  ]

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "train-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func contents(_ path: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: path))
  }

  private func names(_ path: String) -> [String]? {
    try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path)
  }

  @Test(
    "a training that is killed and resumed writes files identical to those of an uninterrupted one")
  func killed() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try program.run(options + ["whole"], in: folder)
    #expect(whole.status == 0, "\(whole.error)")
    #expect(whole.output.contains("5 demonstrations"))
    #expect(whole.output.contains("success of greedy actions"))
    #expect(!whole.error.contains("\u{1B}"))
    var kills = 0
    for lines in [1, 12, 28] {  // of 50 steps each
      let killed = try program.runKilled(
        options + ["killed"], in: folder, after: lines,
        of: folder.appending(path: "killed/metrics.jsonl"))
      guard killed.status == 128 + SIGKILL else { continue }
      kills += 1
      #expect(
        names("killed")?.contains("config.json") == false,
        "an unfinished policy must not look like a finished one")
    }
    #expect(kills > 0)
    let resumed = try program.run(options + ["killed"], in: folder)
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(resumed.output.contains("resumed after"))
    let files = [
      "model.safetensors", "config.json", "dataset_statistics.json", "metrics.jsonl", "curve.png",
      "checkpoint.safetensors",
    ]
    for file in files where file != "checkpoint.safetensors" {
      #expect(try contents("killed/" + file) == contents("whole/" + file), "\(file)")
    }
    #expect(Set(files).isSubset(of: names("whole") ?? []))
    let lines = String(decoding: try contents("killed/metrics.jsonl"), as: UTF8.self)
    #expect(lines.split(separator: "\n").count == 40)
  }

  @Test("--json prints one object; a run is neither overwritten nor resumed with other settings")
  func onceMore() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let options = [
      "train", "--demonstrations", "3", "--dataset", "tabletop_goal", "--head", "hybrid", "--chunk",
      "3", "--steps", "20", "--episodes", "0", "--output", "out",
    ]
    let first = try program.run(options + ["--json"], in: folder)
    #expect(first.status == 0, "\(first.error)")
    let object = try JSONSerialization.jsonObject(with: Data(first.output.utf8))
    let result = try #require(object as? [String: Any])
    #expect(result["dataset"] as? String == "tabletop_goal")
    #expect(result["demonstrations"] as? Int == 3)
    #expect(result["steps"] as? Int == 20)
    #expect((result["frames"] as? Int ?? 0) > 9)
    #expect(result["success"] == nil)
    let weights = try contents("out/model.safetensors")

    let again = try program.run(options, in: folder)
    #expect(again.status != 0)
    #expect(again.error.contains("--resume"))
    let other = try program.run(options + ["--resume", "--chunk", "4"], in: folder)
    #expect(other.status != 0)
    #expect(other.error.contains("other settings"))
    #expect(try contents("out/model.safetensors") == weights)
    try FileManager.default.removeItem(at: folder.appending(path: "out/checkpoint.safetensors"))
    let policy = try program.run(options, in: folder)
    #expect(policy.status != 0)
    #expect(policy.error.contains("already"))
    #expect(try contents("out/model.safetensors") == weights)
  }

  @Test("train reads demonstrations from a folder, and refuses to resume with others")
  func fromFolder() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    func data(_ arguments: [String]) throws {
      let made = try program.run(
        ["data", "--suite", "spatial", "--count", "4", "--output", "shown"] + arguments, in: folder)
      #expect(made.status == 0, "\(made.error)")
    }
    try data([])
    let options = [
      "train", "--data", "shown", "--steps", "10", "--episodes", "5", "--output", "out",
    ]
    let trained = try program.run(options, in: folder)
    #expect(trained.status == 0, "\(trained.error)")
    #expect(trained.output.hasPrefix("4 demonstrations"))
    let statistics = String(decoding: try contents("out/dataset_statistics.json"), as: UTF8.self)
    #expect(statistics.contains("tabletop_spatial"))
    try data(["--seed", "50"])
    let resumed = try program.run(options + ["--resume"], in: folder)
    #expect(resumed.status != 0)
    #expect(resumed.error.contains("other demonstrations"))
    try data(["--size", "32"])
    let small = try program.run(options.dropLast() + ["small"], in: folder)
    #expect(small.status != 0)
    #expect(small.error.contains("32×32"))
    #expect(names("small") == nil)
  }

  @Test(
    "an impossible request is refused in one line and leaves no files",
    arguments: [
      (["--dataset", "libero_10"], "simulator"), (["--dataset", "moon"], "tabletop_goal"),
      (["--demonstrations", "0"], "demonstrations is 0"), (["--steps", "0"], "steps is 0"),
      (["--data", "nowhere"], "nowhere"), (["--backbone", "nowhere"], "nowhere"),
      (["--head", "l1", "--bins", "8"], "--bins"), (["--bins", "1"], "bins: 1 is not in 2...1024"),
      (["--learning-rate", "nan"], "learning rate is nan"), (["--noise=-1"], "noise is -1"),
      (["--episodes=-1"], "--episodes"), (["--output", "/dev/null/out"], "/dev/null/out"),
    ])
  func refused(arguments: [String], reason: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let result = try program.run(["train", "--output", "a/b"] + arguments, in: folder)
    #expect(result.status != 0)
    #expect(result.error.contains(reason), "\(result.error)")
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(names("a") == nil)
  }

  @Test(
    "a run that was downloaded with links out of its folder is not resumed, nothing outside changes"
  )
  func links() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let options = [
      "train", "--demonstrations", "1", "--steps", "1", "--episodes", "0", "--resume", "--output",
      "run",
    ]
    #expect(try program.run(options, in: folder).status == 0)
    for name in ["config.json", "model.safetensors", "dataset_statistics.json"] {
      try FileManager.default.removeItem(at: folder.appending(path: "run/\(name)"))
    }
    let outside = folder.appending(path: "precious")
    try Data("mine".utf8).write(to: outside)
    for (name, target) in [
      ("metrics.jsonl", "../precious"), ("curve.png", outside.path), ("config.json", "../new"),
      ("model.safetensors", "../precious"), ("checkpoint.safetensors", "../precious"),
    ] {
      let file = folder.appending(path: "run/\(name)")
      let kept = try? Data(contentsOf: file)
      try? FileManager.default.removeItem(at: file)
      try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: target)
      let refused = try program.run(options, in: folder)
      #expect(
        refused.status == 1 && refused.error.contains("out of its folder"), "\(refused.error)")
      try FileManager.default.removeItem(at: file)
      try kept?.write(to: file)
    }
    #expect(try contents("precious") == Data("mine".utf8) && names("")?.contains("new") == false)
    #expect(try program.run(options, in: folder).status == 0)
  }
}
