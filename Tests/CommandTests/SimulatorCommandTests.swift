import Foundation
import TestSupport
import Testing

/// `--environment` as a user gives it, with the simulator that needs nothing but Python.
@WaitingThread @Suite(.serialized, .enabled(if: Python.isHere, "there is no python3"))
struct SimulatorCommandTests {
  static let program = Program.product("nanovla")
  static let folder = FileManager.default.temporaryDirectory
    .appending(path: "simulator-\(UUID())")

  /// recordings/, of the expert, and policy/, trained on them for a moment; made once.
  static let made = Result {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: SimulatorCommandTests.folder) }
    let recording = try program.run(
      [
        "data", "--environment", "toy:red,blue", "--count", "12", "--size", "32", "--output",
        "recordings",
      ], in: folder)
    let training = try program.run(
      [
        "train", "--data", "recordings", "--output", "policy", "--steps", "20", "--head", "tokens",
        "--chunk", "2",
      ], in: folder)
    guard recording.status == 0, training.status == 0 else {
      throw Failure(text: recording.error + training.error)
    }
    return recording.output
  }
  private struct Failure: Error { let text: String }

  private func run(_ arguments: String...) throws -> Program.Result {
    _ = try Self.made.get()
    return try Self.program.run(arguments, in: Self.folder)
  }

  private func refused(_ arguments: [String], _ text: String) throws {
    _ = try Self.made.get()
    let result = try Self.program.run(arguments, in: Self.folder)
    #expect(result.status != 0 && result.output.isEmpty)
    #expect(result.error.contains(text), "\(result.error)")
    #expect(result.error.split(separator: "\n").count == 1)
  }

  @Test func theExpertIsRecordedIntoADatasetThatNoOtherRecordingReplaces() throws {
    #expect(try Self.made.get().hasPrefix("12 demonstrations of toy:red,blue, "))
    let shown = try run("data", "show", "recordings")
    #expect(shown.status == 0 && shown.output.contains("move to the red disc"))
    try refused(
      ["data", "--environment", "toy:red", "--count", "2", "--output", "recordings"],
      "holds a dataset already")
  }

  @Test func anEvaluationCountsEachTaskAndItsControls() throws {
    let result = try run(
      "evaluate", "--policy", "policy", "--environment", "toy:red,blue", "--episodes", "6",
      "--json",
      "--sheet", "sheet.png")
    #expect(result.status == 0, "\(result.error)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(report["suite"] as? String == "toy:red,blue" && report["episodes"] as? Int == 6)
    let policy = try #require((report["policies"] as? [[String: Any]])?.first)
    let tasks = try #require(policy["tasks"] as? [[String: Any]])
    #expect(tasks.map { $0["task"] as? String } == ["red", "blue"])
    // The simulator judges its own task alone: another one can only be ignored.
    let controls = try #require(policy["controls"] as? [String: Any])
    #expect(controls.keys.sorted() == ["blankImage", "otherInstructionOriginalDone"])
    #expect(FileManager.default.fileExists(atPath: Self.folder.appending(path: "sheet.png").path))
  }

  @Test func practiceWritesAPolicyThatResumesAndIsEvaluated() throws {
    let options = [
      "rl", "--policy", "policy", "--environment", "toy:red", "--groups", "2", "--group-size", "2",
      "--evaluate-every", "0", "--episodes", "4", "--maximum-steps", "20", "--output", "rl",
    ]
    let result = try Self.program.run(options + ["--epochs", "1"], in: Self.folder)
    #expect(result.status == 0 && result.output.contains("after 1 iterations"), "\(result.error)")
    try refused(
      options.map { $0 == "20" ? "30" : $0 } + ["--epochs", "1", "--resume"], "other settings")
    let against = try run(
      "evaluate", "--policy", "rl/policy", "--against", "rl/start", "--environment", "toy:red",
      "--episodes", "4", "--no-controls")
    #expect(against.status == 0 && against.output.contains("exact McNemar"), "\(against.error)")
  }

  @Test func whatCannotBeIsNamedInOneLine() throws {
    let data = ["data", "--count", "2", "--output", "no", "--environment"]
    try refused(data + ["toy"], "unknown environment \"toy\"")
    try refused(data + ["toy:green"], "toy has no task green; there are red, blue")
    try refused(data + ["toy:red", "--python", "/no/python"], "/no/python")
    try refused(data + ["toy:red", "--processes", "0"], "processes is 0")
    try refused(["data", "--processes", "2"], "--processes applies only to a simulator")
    try refused(["rl", "--dataset", "libero_10", "--output", "no"], "nanovla train --environment")
    try refused(
      ["evaluate", "--policy", "policy", "--environment", "toy:red", "--first-seed", "3"],
      "--first-seed applies only to the tabletop")
    #expect(!FileManager.default.fileExists(atPath: Self.folder.appending(path: "no").path))
  }

  @Test func aPolicyOfTheTabletopIsRefusedInASimulator() throws {
    let made = try run(
      "train", "--demonstrations", "2", "--steps", "2", "--episodes", "0", "--output", "toy")
    #expect(made.status == 0, "\(made.error)")
    try refused(
      ["evaluate", "--policy", "toy", "--environment", "toy:red", "--episodes", "2"],
      "another space than the robot")
  }

  @Test func theDoctorNamesWhatIsMissingAndHowToInstallIt() throws {
    let result = try run("doctor", "--json")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let items = try #require(report["items"] as? [[String: Any]])
    #expect(items.count >= 8)
    #expect(items.allSatisfy { ($0["remedy"] as? String)?.contains("install") == true })
  }
}

/// The Python that simulators run in unless another is named.
enum Python {
  static let isHere =
    (try? Program.product("nanovla").run(
      ["doctor"], in: FileManager.default.temporaryDirectory
    ).status) == 0
}
