import Foundation
import Testing

/// `nanovla data show` and `import` as a user runs them, without Python.
@Suite(.serialized) struct DataShowCommandTests {
  private static let program = Program.product("nanovla")

  private func withFolder(_ body: ((String...) throws -> Program.Result, URL) throws -> Void) throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: "data-show-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func run(_ arguments: String...) throws -> Program.Result {
      try Self.program.run(["data"] + arguments, in: folder)
    }
    try body(run, folder)
  }

  @Test("demonstrations become episodes of a robot, once, and are shown with their statistics")
  func imported() throws {
    try withFolder { run, folder in
      #expect(try run("--suite", "object", "--count", "3", "--output", "toy").status == 0)
      let first = try run("import", "toy", "--output", "robot", "--size", "32x24")
      #expect(
        first.status == 0 && first.output.contains("delta actions, frames of 32×24, in robot"))
      let again = try run("import", "toy", "--output", "robot")
      #expect(again.status == 1 && again.error.contains("robot: holds a dataset already"))
      let shown = try run("show", "robot", "--sheet", "sheet.png")
      #expect(shown.output.hasPrefix("tabletop_object: 3 episodes of "))
      #expect(
        shown.output.contains("frames of 32×24; state: x, y, z, closed\n7 action dimensions, delta")
      )
      #expect(FileManager.default.fileExists(atPath: folder.path + "/sheet.png"))
      let text = try run("show", "toy", "--json").output
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      #expect(object?["episodes"] as? Int == 3 && object?["actions"] as? String == "delta")
      let dimensions = object?["dimensions"] as? [[String: Any]]
      #expect(dimensions?.count == 7 && dimensions?[6]["max"] as? Double == 1)
      // The tabletop's robot does not rotate: to a robot's doctor these dimensions are unused.
      let doctor = try run("doctor", "robot")
      #expect(doctor.status == 1 && doctor.output.contains("roll is always 0.0"))
    }
  }

  @Test(
    "a mistake ends in one line and leaves nothing",
    arguments: [
      (["import", "nothing", "--output", "new"], "nothing/demonstrations.jsonl: no such file"),
      (["import", "toy", "--output", "new", "--size", "9x"], "--size must be 16 to 1024 pixels"),
      (["import", "toy", "--output", "new", "--count", "0"], "--count must be at least 1"),
      (
        ["import", "toy", "--output", "new", "--convert", "absolute"],
        "no state number belongs to the action dimension dx"
      ),
      (
        ["import", "toy", "--output", "new", "--actions", "absolute"],
        "delta actions where absolute"
      ),
      (["show", "toy", "--episodes", "0"], "--episodes must be 1 to 100, not 0"),
      (["export", "toy", "new", "--python", "/no/python"], "cannot start Python at /no/python"),
      (["export", "toy", "new", "--camera", "a/b"], "--camera must be letters"),
    ])
  func mistakes(arguments: [String], error: String) throws {
    try withFolder { run, folder in
      #expect(try run("--suite", "object", "--count", "1", "--output", "toy").status == 0)
      let result = try Self.program.run(["data"] + arguments, in: folder)
      #expect(result.status == 1 && result.output.isEmpty, "\(result.error)")
      #expect(result.error.contains(error) && result.error.split(separator: "\n").count == 1)
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/new"))
    }
  }
}
