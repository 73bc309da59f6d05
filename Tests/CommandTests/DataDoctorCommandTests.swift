import Foundation
import Testing

/// `nanovla data doctor` as a user runs it, on 12 demonstrations.
@Suite(.serialized) struct DataDoctorCommandTests {
  private static let program = Program.product("nanovla")
  private static let folder = FileManager.default.temporaryDirectory
    .appending(path: "data-doctor-\(UUID())")

  /// The folder "shown", and "run", which holds none; made once.
  private static let made = Result {
    let run = folder.appending(path: "run")
    try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: DataDoctorCommandTests.folder) }
    let result = try program.run(
      ["data", "--suite", "object", "--count", "12", "--output", "shown"], in: folder)
    guard result.status == 0 else { throw Failure(text: result.error) }
  }
  private struct Failure: Error { let text: String }

  private func run(_ arguments: String...) throws -> Program.Result {
    try Self.made.get()
    return try Self.program.run(arguments, in: Self.folder)
  }

  private func file(_ path: String) -> URL { Self.folder.appending(path: path) }

  private func object(_ text: String) throws -> [String: Any] {
    #expect(text.split(separator: "\n").count == 1)
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("a dataset without damage exits 0 with one line")
  func undamaged() throws {
    let result = try run("data", "doctor", "shown")
    #expect(result.status == 0 && result.error.isEmpty)
    #expect(result.output.wholeMatch(of: #/12 episodes, \d+ steps: no damage\n/#) != nil)
    let report = try object(run("data", "doctor", "shown", "--json").output)
    #expect(report["episodes"] as? Int == 12 && (report["findings"] as? [Any])?.isEmpty == true)
  }

  @Test("damage exits 1, each with its episode and kind, ten lines of a kind at most")
  func damaged() throws {
    try Self.made.get()
    try FileManager.default.copyItem(at: file("shown"), to: file("torn"))
    let lines = file("torn/demonstrations.jsonl")
    try String(contentsOf: lines, encoding: .utf8).split(separator: "\n").enumerated()
      .map { index, line in
        index == 4
          ? line.replacing(#/"instruction":"[^"]*"/#, with: "\"instruction\":\" \"") : "\(line)"
      }.joined(separator: "\n").write(to: lines, atomically: true, encoding: .utf8)
    let result = try run("data", "doctor", "torn")
    #expect(result.status == 1, "\(result.output)\(result.error)")
    #expect(result.output.hasPrefix("episode 4: instruction: "))
    #expect(result.output.hasSuffix(" steps: 1 finding\n"))
    let both = try run("data", "doctor", "shown", "--held-out", "shown")
    #expect(both.status == 1)
    #expect(both.output.split(separator: "\n").count { $0.contains(": held-out layout: ") } == 10)
    #expect(both.output.contains("\n… and 2 more: held-out layout\n"))
    let report = try object(run("data", "doctor", "shown", "--held-out", "shown", "--json").output)
    #expect((report["findings"] as? [[String: Any]])?.count == 12)
  }

  @Test(
    "a folder without demonstrations exits 1 with one line",
    arguments: [["nothing"], ["run"], ["shown", "--held-out", "nothing"]])
  func noData(arguments: [String]) throws {
    try Self.made.get()
    let result = try Self.program.run(["data", "doctor"] + arguments, in: Self.folder)
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(result.error.contains("\(arguments.last!)/demonstrations.jsonl: no such file"))
  }
}
