import Foundation
import Testing

/// `nanovla diagnose` as a user runs it, on a small policy and its demonstrations.
@Suite(.serialized) struct DiagnoseCommandTests {
  private static let program = Program.product("nanovla")
  private static let folder = FileManager.default.temporaryDirectory
    .appending(path: "diagnose-\(UUID())")

  /// The policy "run" of 12 demonstrations, and "shown", 12 demonstrations; made once.
  private static let made = Result {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: DiagnoseCommandTests.folder) }
    for arguments in [
      ["data", "--suite", "object", "--count", "12", "--noise", "0.05", "--output", "shown"],
      ["train", "--data", "shown", "--steps", "300", "--episodes", "0", "--output", "run"],
    ] {
      let result = try program.run(arguments, in: folder)
      guard result.status == 0 else { throw Failure(text: result.error) }
    }
  }
  private struct Failure: Error { let text: String }

  private func run(_ arguments: String...) throws -> Program.Result {
    try Self.made.get()
    return try Self.program.run(arguments, in: Self.folder)
  }

  private func file(_ path: String) -> URL { Self.folder.appending(path: path) }

  /// A copy of `folder` in which `edit` has changed the text of one file.
  private func copy(
    _ folder: String, as copy: String, editing name: String, _ edit: (String) -> String
  ) throws {
    try Self.made.get()
    try? FileManager.default.removeItem(at: file(copy))
    try FileManager.default.copyItem(at: file(folder), to: file(copy))
    let text = try String(contentsOf: file("\(copy)/\(name)"), encoding: .utf8)
    let changed = edit(text)
    #expect(changed != text, "the edit of \(name) must change it")
    try changed.write(to: file("\(copy)/\(name)"), atomically: true, encoding: .utf8)
  }

  private func object(_ text: String) throws -> [String: Any] {
    #expect(text.split(separator: "\n").count == 1)
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("a policy without a fault exits 0, rung after rung, and its plot is a PNG")
  func healthy() throws {
    let result = try run(
      "diagnose", "run", "--dataset", "shown", "--episodes", "10", "--plot", "plot.png")
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 0, "\(result.output)\(result.error)")
    #expect(lines.first?.hasPrefix("✓ demonstrations replayed open loop ") == true)
    #expect(lines.count { $0.hasPrefix("✓ ") || $0.hasPrefix("✗ ") } >= 7)
    #expect(!result.output.contains("\nfault: ") && result.error.isEmpty)
    #expect(try Data(contentsOf: file("plot.png")).starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }

  @Test("a faulty policy exits 1 and is told its cause, the evidence and what to look at next")
  func faulty() throws {
    try copy("run", as: "wide", editing: "dataset_statistics.json") {
      $0.replacing(#/"q(01|99)": \[(-?0\.2),/#) { "\"q\($0.1)\": [\($0.2)7," }
    }
    let text = try run("diagnose", "wide", "--dataset", "shown", "--episodes", "10")
    let lines = text.output.split(separator: "\n")
    #expect(text.status == 1, "\(text.output)\(text.error)")
    #expect(lines.count { $0.hasPrefix("✗ ") } == 1)
    #expect(lines.suffix(3).map { $0.prefix { $0 != ":" } } == ["fault", "because", "next"])

    let json = try run("diagnose", "wide", "--dataset", "shown", "--episodes", "10", "--json")
    let report = try object(json.output)
    #expect(json.status == 1 && report["verdict"] as? String == "fault")
    #expect(lines.contains("fault: \(report["cause"] as? String ?? "?")"))
    let rungs = try #require(report["rungs"] as? [[String: Any]])
    #expect(rungs.last?["passed"] as? Bool == false)
    #expect(rungs.dropLast().allSatisfy { $0["passed"] as? Bool == true })
  }

  @Test("a folder whose files do not fit one another is a fault, not a crash")
  func damagedFolder() throws {
    try copy("run", as: "torn", editing: "config.json") {
      $0.replacing(#/"bins" : 32/#, with: "\"bins\" : 64")
    }
    let result = try run("diagnose", "torn", "--dataset", "shown")
    #expect(result.status == 1 && result.error.isEmpty)
    #expect(result.output.contains("\nfault: the folder's files do not fit one another\n"))
  }

  @Test(
    "a wrong option of diagnose exits with one line, and no plot is written",
    arguments: [
      (["nothing"], "nothing holds no policy"), (["shown"], "shown holds no policy"),
      (["run", "--episodes", "5"], "10 to 10000, not 5"), (["run", "--horizon", "3"], "not 3"),
      (["run", "--dataset", "tabletop_nowhere"], "tabletop_object"),
      (["run", "--dataset", "run"], "demonstrations.jsonl"),
      (["run", "--plot", "missing/plot.png"], "missing/plot.png"),
    ])
  func refused(arguments: [String], reason: String) throws {
    try Self.made.get()
    let plot = arguments.contains("--plot") ? [] : ["--plot", "refused.png"]
    let result = try Self.program.run(["diagnose"] + arguments + plot, in: Self.folder)
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(result.error.hasPrefix("Error: ") && result.error.contains(reason), "\(result.error)")
    #expect(!FileManager.default.fileExists(atPath: file("refused.png").path))
  }
}
