import Foundation
import Testing

/// `nanovla evaluate` as a user runs it, on policies that `nanovla rl` left.
@Suite(.serialized) struct EvaluateCommandTests {
  static let program = Program.product("nanovla")
  static let folder = FileManager.default.temporaryDirectory
    .appending(path: "evaluate-\(UUID())")

  /// run/start and run/policy, made once for all tests here.
  static let made = Result {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let result = try program.run(
      [
        "rl", "--demonstrations", "5", "--groups", "2", "--group-size", "4", "--epochs", "2",
        "--evaluate-every", "0", "--episodes", "5", "--output", "run",
      ], in: folder)
    guard result.status == 0 else { throw Failure(text: result.error) }
    atexit { try? FileManager.default.removeItem(at: EvaluateCommandTests.folder) }
  }
  private struct Failure: Error { let text: String }

  func evaluate(
    _ arguments: String..., columns: Int = 80
  ) throws -> Program.Result {
    try Self.made.get()
    return try Self.program.run(
      ["evaluate"] + arguments, in: Self.folder, environment: ["COLUMNS": "\(columns)"])
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: Self.folder.appending(path: name).path)
  }

  func object(_ result: Program.Result) throws -> [String: Any] {
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 1 && result.status == 0, "\(result.error)")
    let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require(value as? [String: Any])
  }

  @Test("the suite comes from the folder, and everything fits 80 columns", arguments: [80, 50])
  func text(columns: Int) throws {
    let result = try evaluate(
      "--policy", "run/policy", "--episodes", "30", "--sheet", "text.png", columns: columns)
    #expect(result.status == 0, "\(result.error)")
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    let longest = lines.map(\.count).max() ?? 0
    #expect(longest <= columns, "\(result.output)")
    for text in [
      "tabletop_object", "held out", "blank image", "other instruction", "seeds 1000000",
    ] {
      #expect(columns < 80 || result.output.contains(text), "\(text)")
    }
    #expect(!result.output.contains("\u{1B}") && !result.error.contains("\u{1B}"))
  }

  @Test("counts of tasks and of failures add up, and intervals hold their rates")
  func addsUp() throws {
    let report = try object(
      evaluate("--policy", "run/start", "--episodes", "50", "--no-controls", "--json"))
    let policy = try #require((report["policies"] as? [[String: Any]])?.first)
    let success = try #require(policy["success"] as? [String: Any])
    let successes = try #require(success["successes"] as? Int)
    let (low, rate, high) = (
      success["low95"] as? Double ?? 1, success["rate"] as? Double ?? 2,
      success["high95"] as? Double ?? 0
    )
    #expect(low <= rate && rate <= high)
    let failures = try #require(policy["failures"] as? [[String: Any]])
    #expect(successes + failures.compactMap { $0["episodes"] as? Int }.reduce(0, +) == 50)
    let tasks = try #require(policy["tasks"] as? [[String: Any]])
      .compactMap { $0["success"] as? [String: Any] }
    #expect(tasks.compactMap { $0["episodes"] as? Int }.reduce(0, +) == 50)
    #expect(tasks.compactMap { $0["successes"] as? Int }.reduce(0, +) == successes)
    #expect(policy["controls"] == nil && report["comparison"] == nil)
    #expect(report["layoutsAreHeldOut"] as? Bool == true)
  }

  @Test("two policies are compared on the same layouts; a policy does not differ from itself")
  func comparison() throws {
    let report = try object(
      evaluate(
        "--policy", "run/policy", "--against", "run/start", "--episodes", "50", "--json",
        "--no-controls", "--sheet", "pair.png"))
    let policies = try #require(report["policies"] as? [[String: Any]])
    let rates = policies.compactMap { ($0["success"] as? [String: Any])?["rate"] as? Double }
    let pairs = try #require(report["comparison"] as? [String: Any])
    let counts = ["both", "onlyFirst", "onlySecond", "neither"].compactMap { pairs[$0] as? Int }
    #expect(counts.count == 4 && counts.reduce(0, +) == 50)
    #expect(abs((pairs["difference"] as? Double ?? 9) - (rates[0] - rates[1])) < 1e-9)
    let rows = (report["sheet"] as? [String: Any])?["rows"] as? [[String: Any]] ?? []
    let differing = min(counts[1], 3) + min(counts[2], 3)
    #expect(differing > 0 && rows.count == 2 * differing)
    #expect(exists("pair.png"))

    let same = try object(
      evaluate(
        "--policy", "run/start", "--against", "run/start", "--episodes", "20", "--json",
        "--no-controls", "--sheet", "same.png"))
    let itself = try #require(same["comparison"] as? [String: Any])
    #expect(itself["onlyFirst"] as? Int == 0 && itself["onlySecond"] as? Int == 0)
    #expect(itself["mcNemarP"] as? Double == 1)
    let alike = try #require(same["sheet"] as? [String: Any])
    #expect(alike["showsDifferences"] as? Bool == false)
    let shown = alike["rows"] as? [[String: Any]] ?? []
    #expect(!shown.isEmpty && shown.allSatisfy { $0["policy"] as? String == "A" })
    #expect(exists("same.png"))
  }

  @Test("the sheet has a row of frames and a caption for each row of the report")
  func sheet() throws {
    let report = try object(
      evaluate(
        "--policy", "run/start", "--episodes", "40", "--json", "--no-controls", "--sheet",
        "sheet.png"))
    let rows = (report["sheet"] as? [String: Any])?["rows"] as? [[String: Any]] ?? []
    #expect((1...8).contains(rows.count))
    let isSuccess = rows.map { $0["ending"] as? String == "success" }
    #expect(isSuccess == isSuccess.sorted { $0 && !$1 })
    let header = Array(try Data(contentsOf: Self.folder.appending(path: "sheet.png")).prefix(24))
    let (width, height) = (
      Int(header[18]) << 8 + Int(header[19]), Int(header[22]) << 8 + Int(header[23])
    )
    let divider = Set(isSuccess).count == 2 ? 10 : 0
    #expect(width == 12 + 6 * 128 + 8 * 6)
    let secondLines = height - (6 + rows.count * (28 + 134) + divider)
    #expect(secondLines % 22 == 0 && (0...rows.count * 22).contains(secondLines))
  }

  @Test("--dataset selects another suite, and training layouts are reported as not held out")
  func otherSuite() throws {
    let result = try evaluate(
      "--policy", "run/start", "--dataset", "tabletop_goal", "--episodes", "16", "--first-seed",
      "0", "--no-controls")
    #expect(result.output.contains("tabletop_goal") && result.output.contains("NOT held out"))
    #expect(result.output.contains("push the"))
  }

  @Test(
    "an impossible request is refused in one line and writes no files",
    arguments: [
      (["--policy", "nowhere"], "nowhere"), (["--dataset", "libero_10"], "simulator"),
      (["--dataset", "moon"], "tabletop_goal"), (["--episodes", "0"], "--episodes"),
      (["--sheet", "no/such/x.png"], "no/such"), (["--sheet", "run"], "is a folder"),
      (["--against", "run"], "dataset_statistics.json"),
      (["--first-seed", "18446744073709551615"], "--first-seed"),
    ])
  func refused(arguments: [String], reason: String) throws {
    try Self.made.get()
    let policy = arguments[0] == "--policy" ? [] : ["--policy", "run/start"]
    let sheet = arguments[0] == "--sheet" ? [] : ["--sheet", "refused.png"]
    let result = try Self.program.run(
      ["evaluate"] + policy + sheet + arguments, in: Self.folder)
    #expect(result.status != 0 && result.output.isEmpty)
    #expect(result.error.contains(reason), "\(result.error)")
    #expect(result.error.split(separator: "\n").count == 1, "\(result.error)")
    #expect(!exists("refused.png") && !exists("no"))
  }
}
