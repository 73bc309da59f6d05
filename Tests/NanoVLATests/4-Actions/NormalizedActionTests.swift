import Foundation
import NanoVLA
import Tabletop
import Testing

@Suite struct NormalizedActionTests {
  @Test("the names of an arm's numbers follow their order")
  func names() {
    let action = RobotAction([1, 2, 3, 4, 5, 6, 7])
    let named = [
      action.dx, action.dy, action.dz, action.roll, action.pitch, action.yaw, action.gripper,
    ]
    #expect(named == action.values)
    let built = RobotAction(dx: 1, dy: 2, dz: 3, roll: 4, pitch: 5, yaw: 6, gripper: 7)
    #expect(built == action)
  }

  @Test("a name that another robot does not have stops with the count")
  func otherLength() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = RobotAction([1, 2, 3]).gripper
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("RobotAction: the names are for 7 dimensions, this action has 3"))
  }

  @Test("the compiler refuses a normalized action in place of a robot action, and the reverse")
  func notInterchangeable() throws {
    let right = "move(RobotAction([0])); learn(NormalizedAction([0]))"
    let accepted = try typecheck(right)
    #expect(accepted.status == 0, "\(accepted.output)")
    for wrong in ["move(NormalizedAction([0]))", "learn(RobotAction([0]))"] {
      let refused = try typecheck(wrong)
      #expect(refused.status != 0)
      #expect(refused.output.contains("cannot convert value of type"))
      #expect(refused.output.contains("'RobotAction'"))
      #expect(refused.output.contains("'NormalizedAction'"))
    }
  }

  /// Type-checks `statement` together with the real source of the two types.
  private func typecheck(_ statement: String) throws -> (status: Int32, output: String) {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appending(path: "main.swift")
    let program = """
      func move(_ action: RobotAction) {}
      func learn(_ action: NormalizedAction) {}
      \(statement)
      """
    try program.write(to: script, atomically: true, encoding: .utf8)
    let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
    let source = root.appending(path: "Sources/NanoVLA/4-Actions/NormalizedAction.swift")

    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments = ["swiftc", "-typecheck", script.path, source.path]
    let log = folder.appending(path: "log")  // a file, not a pipe: a pipe that is full would block
    try Data().write(to: log)
    let handle = try FileHandle(forWritingTo: log)
    (compiler.standardOutput, compiler.standardError) = (handle, handle)
    try compiler.run()
    compiler.waitUntilExit()
    return (compiler.terminationStatus, String(decoding: try Data(contentsOf: log), as: UTF8.self))
  }
}
