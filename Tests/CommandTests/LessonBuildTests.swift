import Foundation
import Testing

/// `nanovla-lesson` on a small checkout of two lessons in a temporary folder.
@Suite(.serialized) final class LessonBuildTests {
  private let root = FileManager.default.temporaryDirectory
    .appendingPathComponent("nanovla-checkout-\(UUID().uuidString)")

  init() throws {
    let lessons = root.appendingPathComponent("Lessons/deep/inside")
    try FileManager.default.createDirectory(at: lessons, withIntermediateDirectories: true)
    try write(
      """
      // swift-tools-version: 6.2
      import PackageDescription
      let package = Package(name: "nanoVLA", targets: [
        .executableTarget(
          name: "lesson-01", path: "Lessons", exclude: ["02-Second.swift", "deep"],
          sources: ["01-First.swift"]),
        .executableTarget(
          name: "lesson-02", path: "Lessons", exclude: ["01-First.swift", "deep"],
          sources: ["02-Second.swift"]),
      ])
      """, to: "Package.swift")
    try write(#"print("first", CommandLine.arguments.dropFirst())"#, to: "Lessons/01-First.swift")
    try write(#"print("second")"#, to: "Lessons/02-Second.swift")
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  private func write(_ text: String, to path: String) throws {
    try (text + "\n").write(
      to: root.appendingPathComponent(path), atomically: true, encoding: .utf8)
  }

  private func run(
    _ arguments: String..., whileRunning: (Process, () -> String) -> Void = { _, _ in }
  ) throws -> Program.Result {
    try Program.product("nanovla-lesson").run(
      arguments, in: root.appendingPathComponent("Lessons/deep/inside"),
      environment: ["TMPDIR": root.path],  // for SwiftPM's lock
      whileRunning: whileRunning)
  }

  @Test("an edited lesson runs, one that does not compile never runs, and the others still do")
  func editAndRerun() throws {
    let first = try run("1", "--seed", "7", "--json", "--no-color")
    #expect(first.output == #"first ["--seed", "7", "--json", "--no-color"]"# + "\n")
    #expect(first.status == 0)

    try write(#"print("edited")"#, to: "Lessons/01-First.swift")
    #expect(try run("1").output == "edited\n")

    try write(#"let count: Int = "three""#, to: "Lessons/02-Second.swift")
    let broken = try run("2")
    #expect(broken.status == 1)
    #expect(broken.output.isEmpty)
    #expect(broken.error.contains("02-Second.swift:1:18: error: cannot convert value"))
    #expect(broken.error.contains("lesson 2 does not build"))

    try write(#"let count: Int = "three""#, to: "Lessons/01-First.swift")
    let nowBroken = try run("1")
    #expect(nowBroken.status == 1)
    #expect(nowBroken.output.isEmpty)

    // The first lesson runs before the second one is built.
    try write(#"print("repaired")"#, to: "Lessons/01-First.swift")
    let all = try run()
    #expect(all.output.hasPrefix("repaired\n"))
    #expect(all.status == 1)

    try write(#"print("new")"#, to: "Lessons/03-Third.swift")
    let unnamed = try run("3")
    #expect(unnamed.status == 1)
    #expect(unnamed.error.contains("add 03-Third.swift to the list of lessons in Package.swift"))
  }

  @Test("the runner returns a lesson's exit code and passes a signal on to the lesson")
  func exitCodesAndSignals() throws {
    try write("import Foundation\nexit(23)", to: "Lessons/01-First.swift")
    let failed = try run("1-2")
    #expect(failed.status == 23)
    #expect(failed.output.isEmpty)  // lesson 2 did not run

    try write(
      "import Foundation\nprint(getpid())\nfflush(nil)\nsleep(600)", to: "Lessons/02-Second.swift")
    var lesson: pid_t = 0
    let ended = try run("2") { process, output in
      let deadline = Date() + 500
      while lesson == 0 && process.isRunning && Date() < deadline {
        usleep(50_000)
        lesson = pid_t(output().trimmingCharacters(in: .newlines)) ?? 0
      }
      process.terminate()
    }
    #expect(lesson > 0)
    #expect(ended.status == 128 + SIGTERM)
    #expect(kill(lesson, 0) == -1)  // the lesson has ended too
  }

  @Test("a page is written where the runner was started; a lesson that fails leaves the old one")
  func page() throws {
    let page = root.appendingPathComponent("Lessons/deep/inside/my page.html")
    func lesson(_ text: String, status: Int) throws {
      try write(
        """
        import Foundation
        let path = CommandLine.arguments[CommandLine.arguments.firstIndex(of: "--html")! + 1]
        if \(status) == 0 { try! "\(text)".write(toFile: path, atomically: true, encoding: .utf8) }
        exit(\(status))
        """, to: "Lessons/01-First.swift")
    }
    func written() throws -> String { try String(contentsOf: page, encoding: .utf8) }
    try lesson("old", status: 0)
    #expect(try run("1", "--html", "my page.html").status == 0)
    #expect(try written() == "old")
    try lesson("new", status: 7)
    #expect(try run("1", "--html", "my page.html").status == 7)
    try write("let count: Int = true", to: "Lessons/01-First.swift")
    #expect(try run("1", "--html", "my page.html").status == 1)
    #expect(try run("9", "--html", "my page.html").status == 64)
    #expect(try written() == "old")
  }

  @Test("bands runs every seed once, goes on after an interruption, and writes what they gave")
  func bands() throws {
    let folder = root.appendingPathComponent("Sources/Blackboard/Bands")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent("lesson-01.json")
    try write(
      ##"""
      import Foundation
      // Knobs: change one
      let bins = 4  // B

      let seed = CommandLine.arguments[2]
      if seed == "2", !FileManager.default.fileExists(atPath: "\##(root.path)/go") { exit(9) }
      let charts = #"{"a.png":{"test":[[0,\#(seed)]]}}"#
      print(#"{"results":{"loss":\#(seed)},"charts":\#(charts),"seconds":0.1}"#)
      """##, to: "Lessons/01-First.swift")
    let interrupted = try run("bands", "1", "--seeds", "3")
    #expect(interrupted.status == 9 && interrupted.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: file.path))

    try write("", to: "go")
    let finished = try run("bands", "1", "--seeds", "3")
    #expect(finished.status == 0)
    #expect(finished.error.contains("lesson 1: seed 2, 3 of 3"))
    #expect(!finished.error.contains("seed 1,"))
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    #expect(object["knobs"] as? [String] == ["let bins = 4"])
    #expect(object["seeds"] as? [Int] == [0, 1, 2])
    #expect((object["results"] as? [String: [Double]])?["loss"] == [0, 1, 2])
    let charts = object["charts"] as? [String: [String: [String: [Double]]]]
    #expect(charts?["a.png"]?["test"] == ["x": [0], "low": [0], "high": [2]])
  }

  @Test("a fatal error shows its message and the lines of source that led to it")
  func fatalErrors() throws {
    try write(
      """
      func half(_ count: Int) -> Int {
        guard count % 2 == 0 else { fatalError("half: \\(count) is odd") }
        return count / 2
      }
      print(half(CommandLine.arguments.count + 2))
      """, to: "Lessons/01-First.swift")
    let result = try run("1")
    #expect(result.status > 128)
    #expect(result.error.contains("Fatal error: half: 5 is odd\n"))
    #expect(result.error.hasSuffix("  called at Lessons/01-First.swift:2\n"))
    #expect(!result.error.contains("Registers"))
  }
}
