import Foundation
import Testing

/// The bug museum as a student runs it: `nanovla-lesson break`, and the program that it builds.
@Suite struct BreakCommandTests {
  private let museum = Program.product("museum")

  private func object(_ line: some StringProtocol) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test("the list names every exhibit once, and as JSON is one object on a line")
  func list() throws {
    let text = try museum.run([], in: checkout, environment: ["COLUMNS": "80"])
    let json = try museum.run(["--json"], in: checkout)
    #expect(text.status == 0 && json.status == 0)
    #expect(text.output.hasPrefix("exhibit "))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let names = try json.output.split(separator: "\n").map { try object($0)["name"] as? String }
    #expect(names.count >= 12 && Set(names).count == names.count)
    for name in names {
      let rows = text.output.split(separator: "\n").filter { $0.hasPrefix("\(name ?? "?") ") }
      #expect(rows.count == 1, "\(name ?? "?")")
    }
  }

  @Test("an exhibit shows both success rates, the doctor's words and the thread, by its seed")
  func exhibit() throws {
    let text = try museum.run(["gripper-sign", "--seed", "3"], in: checkout)
    #expect(text.status == 0 && text.error.isEmpty)
    #expect(text.output.hasPrefix("The bug museum · The gripper's sign\n"))
    let parts = [
      "\nPredict first: ", "\nhealthy ", "\nbroken ", "\nWhat happened: ", "\nHow to find it: ",
      "\nThe doctor says: gripper sign. ", "\nLook at: ", "\nWhere people met it: https://",
    ]
    var rest = text.output[...]
    for part in parts {
      let place = try #require(rest.range(of: part), "\(part)")
      rest = rest[place.upperBound...]
    }
    #expect(text.output.hasSuffix(" s, seed 3\n"))
    func rate(_ row: String) throws -> Double {
      let line = try #require(text.output.split(separator: "\n").first { $0.hasPrefix(row) })
      return try #require(Double(line.split(separator: " ")[1]))
    }
    #expect(try rate("healthy") > 0.8)
    #expect(try rate("broken") < 0.1)
  }

  @Test("an exhibit as JSON is one object, whose intervals hold their rates")
  func json() throws {
    let result = try museum.run(["off-by-one", "--json"], in: checkout)
    #expect(result.status == 0 && result.output.split(separator: "\n").count == 1)
    let exhibit = try object(result.output)
    #expect(exhibit["name"] as? String == "off-by-one")
    #expect(exhibit["cause"] as? String == "off-by-one token")
    for name in ["healthy", "broken"] {
      let rate = try #require(exhibit[name] as? Double)
      let interval = try #require(exhibit[name + "Interval"] as? [Double])
      #expect(interval.count == 2 && interval[0] <= rate && rate <= interval[1])
    }
  }

  @Test(
    "a wrong name, number or word exits 64 with one line that tells what is right",
    arguments: [
      (["griper-sign"], "did you mean gripper-sign?"), (["measure"], "no exhibit “measure”"),
      ([""], "no exhibit “”"), (["--fast"], "no exhibit “--fast”"),
      (["gripper-sign", "min-max"], "one exhibit at a time, not 2"),
      (["gripper-sign", "--seed", "-1"], "--seed is “-1”"), (["--seed"], "--seed is “”"),
      (["measure", "0"], "museum measure SEEDS"), (["measure", "2", "all"], "healthy or faults"),
    ])
  func refused(arguments: [String], reason: String) throws {
    let result = try museum.run(arguments, in: checkout)
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(result.error.hasPrefix("Error: ") && result.error.contains(reason), "\(result.error)")
  }

  @Test("the runner builds the museum, hands name, seed and --json on, and ends as it ends")
  func runner() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "nanovla-museum-\(UUID())")
    defer { try? FileManager.default.removeItem(at: root) }
    let sources = root.appending(path: "Sources/museum")
    try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
    try """
    // swift-tools-version: 6.2
    import PackageDescription
    let package = Package(name: "nanoVLA", targets: [.executableTarget(name: "museum")])
    """.write(to: root.appending(path: "Package.swift"), atomically: true, encoding: .utf8)
    try """
    import Foundation
    print(CommandLine.arguments.dropFirst().joined(separator: " "))
    exit(CommandLine.arguments.contains("min-max") ? 64 : 0)
    """.write(to: sources.appending(path: "main.swift"), atomically: true, encoding: .utf8)
    func run(_ arguments: String...) throws -> Program.Result {
      try Program.product("nanovla-lesson").run(
        ["break"] + arguments, in: sources, environment: ["TMPDIR": root.path])
    }
    #expect(try run().output == "--seed 0\n")
    let one = try run("gripper-sign", "--seed", "7", "--json")
    #expect(one.status == 0 && one.output == "gripper-sign --seed 7 --json\n")
    #expect(try run("min-max").status == 64)
    for wrong in [["gripper-sign", "--seed", "x"], ["gripper-sign", "min-max"], ["--fast"]] {
      let refused = try Program.product("nanovla-lesson").run(["break"] + wrong, in: sources)
      #expect(refused.status == 64 && refused.output.isEmpty && refused.error.contains(wrong.last!))
    }
  }
}
