import Foundation
import TestSupport
import Testing

/// `nanovla train` and `nanovla rl` on two ranks of Open MPI, where it is installed.
@WaitingThread @Suite(.serialized, .enabled(if: Launcher.path != nil, "mpirun is not installed"))
struct DistributedCommandTests {
  private let tool = Program.product("nanovla").path
  private let folder: URL
  private let training = [
    "train", "--demonstrations", "4", "--steps", "400", "--episodes", "6", "--resume",
    "--distributed", "--output",
  ]

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "ranks-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func contents(_ path: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: path))
  }

  private func losses(_ path: String) throws -> [Double] {
    try String(decoding: contents(path + "/metrics.jsonl"), as: UTF8.self).split(separator: "\n")
      .map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(object?["loss"] as? Double)
      }
  }

  @Test("two ranks write one run, that of one process to rounding; only rank 0 prints")
  func likeOne() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let two = try Launcher.run(2, tool, training + ["two"], in: folder)
    #expect(two.status == 0, "\(two.error)")
    #expect(two.output.split(separator: "\n").count == 2, "\(two.output)")
    #expect(two.output.hasPrefix("4 demonstrations"))
    let one = try Program(tool).run(
      training.filter { $0 != "--distributed" } + ["one"], in: folder,
      environment: ["NANOVLA_THREADS": "1"])
    #expect(one.status == 0, "\(one.error)")
    for (mine, plain) in zip(try losses("two").prefix(4), try losses("one")) {
      #expect(abs(mine - plain) < 1e-3 * plain)
    }
    let alone = try Program(tool).run(
      training.filter { $0 != "--distributed" } + ["two"], in: folder,
      environment: ["NANOVLA_THREADS": "1"])
    #expect(alone.status == 1 && alone.error.contains("mpirun -n 2"), "\(alone.error)")
  }

  @Test("two ranks learn a robot's episodes as one process does", .enabled(if: Python.isHere))
  func robot() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let record = ["data", "--environment", "toy:red,blue", "--count", "8", "--size", "32"]
    let recorded = try Program(tool).run(record + ["--output", "episodes"], in: folder)
    #expect(recorded.status == 0, "\(recorded.error)")
    let train = ["train", "--data", "episodes", "--steps", "6", "--output"]
    let two = try Launcher.run(2, tool, train + ["two", "--distributed"], in: folder)
    #expect(two.status == 0 && two.output.split(separator: "\n").count == 1, "\(two.error)")
    let one = try Program(tool).run(
      train + ["one"], in: folder, environment: ["NANOVLA_THREADS": "1"])
    #expect(one.status == 0, "\(one.error)")
    let (shared, alone) = (try losses("two"), try losses("one"))
    #expect(shared.count == 1 && alone.count == 1)  // the mean of six steps
    for (mine, plain) in zip(shared, alone) { #expect(abs(mine - plain) < 1e-3 * plain) }
    let unrecorded = try Launcher.run(
      2, tool, ["train", "--environment", "toy:red", "--output", "x", "--distributed"], in: folder)
    #expect(unrecorded.status != 0 && unrecorded.error.contains("nanovla data"))
  }

  @Test("a rank that dies ends the other, and the run resumes bit-identical")
  func dies() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try Launcher.run(2, tool, training + ["whole"], in: folder)
    #expect(whole.status == 0, "\(whole.error)")
    let killed = try Launcher.run(2, tool, training + ["killed"], in: folder) { launcher in
      let log = folder.appending(path: "killed/metrics.jsonl")
      while launcher.isRunning, (try? Data(contentsOf: log))?.isEmpty != false { usleep(2000) }
      if let other = Launcher.ranks(of: launcher).last { kill(other, SIGKILL) }
    }
    #expect(killed.status != 0)
    #expect(killed.error.contains("on signal 9"), "\(killed.error)")
    let resumed = try Launcher.run(2, tool, training + ["killed"], in: folder)
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(resumed.output.contains("resumed after"))
    for file in ["model.safetensors", "config.json", "metrics.jsonl", "checkpoint.safetensors"] {
      #expect(try contents("killed/" + file) == contents("whole/" + file), "\(file)")
    }
  }

  @Test("a rank that is stopped ends the run after the limit, in one line that names a rank")
  func stopped() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let began = Date()
    let stopped = try Launcher.run(
      2, tool, training.map { $0 == "400" ? "100000" : $0 } + ["out"], in: folder,
      environment: ["NANOVLA_RANK_TIMEOUT": "2"]
    ) { launcher in
      let log = folder.appending(path: "out/metrics.jsonl")
      while launcher.isRunning, (try? Data(contentsOf: log))?.isEmpty != false { usleep(2000) }
      if let other = Launcher.ranks(of: launcher).last { kill(other, SIGSTOP) }
    }
    #expect(stopped.status != 0)
    let lines = stopped.error.split(separator: "\n").filter { $0.contains("has waited 2 s") }
    #expect(lines.count == 1 && lines[0].contains("rank "), "\(stopped.error)")
    #expect(Date().timeIntervalSince(began) < 120)
  }

  @Test("rl shares its rollouts, and its run on two ranks is the same each time")
  func rl() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let options = [
      "rl", "--demonstrations", "4", "--groups", "3", "--group-size", "4", "--evaluate-every", "0",
      "--episodes", "6", "--epochs", "2", "--distributed", "--output",
    ]
    for name in ["first", "second"] {
      let run = try Launcher.run(2, tool, options + [name], in: folder)
      #expect(run.status == 0, "\(run.error)")
      #expect(run.output.hasPrefix("before: ") && run.output.contains("after 2 iterations"))
    }
    for file in ["policy/model.safetensors", "start/model.safetensors"] {
      #expect(try contents("first/" + file) == contents("second/" + file), "\(file)")
    }
    let again = try Launcher.run(2, tool, options + ["first", "--resume"], in: folder)
    #expect(again.status == 0 && again.output.contains("resumed after 2"), "\(again.error)")
  }

  @Test(
    "an error is said once, with its remedy",
    arguments: [
      (["--distributed", "--dataset", "moon"], "tabletop_goal"), ([], "add --distributed"),
      (["--distributed", "--steps", "many"], "--steps"),
      (["--distributed", "--data", "nowhere"], "nowhere"),
    ])
  func errors(arguments: [String], reason: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try Launcher.run(2, tool, ["train", "--output", "out"] + arguments, in: folder)
    #expect(run.status != 0)
    let lines = run.error.split(separator: "\n").filter { $0.contains("Error: ") }
    #expect(lines.count == 1 && lines[0].contains(reason), "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
  }

  @Test("without mpirun there are no ranks to share with")
  func alone() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try Program(tool).run(["train", "--output", "out", "--distributed"], in: folder)
    #expect(run.status == 1 && run.error.contains("mpirun -n 2"), "\(run.error)")
  }
}

/// `mpirun`, which starts the ranks.
private enum Launcher {
  static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
    .split(separator: ":").map { "\($0)/mpirun" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  static func run(
    _ ranks: Int, _ tool: String, _ arguments: [String], in folder: URL,
    environment: [String: String] = [:], whileRunning: (Process) -> Void = { _ in }
  ) throws -> Program.Result {
    let options = [
      "-n", "\(ranks)", "--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1",
    ]
    let base = [
      "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "NANOVLA_THREADS": "1",
    ]
    return try Program(path!).run(
      options + [tool] + arguments, in: folder, environment: base.merging(environment) { $1 }
    ) { process, _ in whileRunning(process) }
  }

  /// The processes that a launcher started, in the order of their ranks.
  static func ranks(of launcher: Process) -> [Int32] {
    let own = launcher.processIdentifier
    let file = "/proc/\(own)/task/\(own)/children"
    let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    return text.split(separator: " ").compactMap { Int32($0) }.sorted()
  }
}
