import Foundation
import Testing

/// The commands for exercises, on a small checkout of two exercises in a temporary folder. Their
/// scripts end as a checked exercise does: 10 passed, 3 not attempted, 1 wrong.
@Suite(.serialized) final class ExerciseCommandTests {
  private let root = FileManager.default.temporaryDirectory
    .appendingPathComponent("nanovla-exercises-\(UUID().uuidString)")
  private let first = "Lessons/Exercises/01-First.swift"

  init() throws {
    for folder in ["Lessons/Exercises", "Sources/Exercises/Masters"] {
      try FileManager.default.createDirectory(
        at: root.appendingPathComponent(folder), withIntermediateDirectories: true)
    }
    try write(
      """
      // swift-tools-version: 6.2
      import PackageDescription
      let package = Package(name: "nanoVLA", targets: [
        .executableTarget(
          name: "exercise-01", path: "Lessons/Exercises", exclude: ["02-Second.swift"],
          sources: ["01-First.swift"]),
        .executableTarget(
          name: "exercise-02", path: "Lessons/Exercises", exclude: ["01-First.swift"],
          sources: ["02-Second.swift"]),
      ])
      """, to: "Package.swift")
    for (number, name) in [(1, "First"), (2, "Second")] {
      try write(
        """
        // Exercise \(number) · \(name)
        // Difficulty 1 of 3, importance 2 of 3, about 5 minutes.

        import Foundation

        func status() -> Int32 {
          #if SOLUTION
            10
          #else
            3
          #endif
        }

        // Script: exit(status())

        // Answer: ten
        // Hint 1: Which number?
        // Hint 2: A larger
        // number.
        // Hint 3: 10.

        """, to: "Sources/Exercises/Masters/0\(number)-\(name).swift")
    }
    #expect(try run("reset", "1-2").status == 0)  // nothing is there yet, so nobody is asked
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  private func write(_ text: String, to path: String) throws {
    try text.write(to: root.appendingPathComponent(path), atomically: true, encoding: .utf8)
  }

  private func text(_ path: String) -> String {
    (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? ""
  }

  private func solve(_ path: String, _ status: String = "10") throws {
    try write(text(path).replacing("  3\n", with: "  \(status)\n"), to: path)
  }

  private func run(
    _ arguments: String..., whileRunning: (Process, () -> String) -> Void = { _, _ in }
  ) throws -> Program.Result {
    try Program.product("nanovla-lesson").run(
      arguments, in: root, environment: ["TMPDIR": root.path], whileRunning: whileRunning)
  }

  @Test("from the stub over hints and a pass to a broken file: ticks, exit codes, other exercises")
  func course() throws {
    let stub = try run("check", "1")
    #expect(stub.status == 1)
    #expect(stub.output.contains("Open Lessons/Exercises/01-First.swift"))

    let early = try run("solution", "1")
    #expect(early.status == 1 && early.output.isEmpty)
    #expect(early.error.contains("hint 1") && early.error.contains("--spoil"))
    let spoiled = try run("solution", "1", "--spoil").output
    #expect(spoiled.contains("Answer: ten\n") && spoiled.contains("-   3\n+   10\n"))

    let hints = try (0..<4).map { _ in try run("hint", "1").output }
    #expect(hints[0] == "Hint 1 of 3, a question:\n  Which number?\n")
    #expect(hints[1] == "Hint 2 of 3, a pointer:\n  A larger\n  number.\n")
    #expect(hints[2] == "Hint 3 of 3, nearly the answer:\n  10.\n" && hints[3] == hints[2])

    try solve(first)
    let passed = try run("check", "1")
    #expect(passed.status == 0 && passed.output.contains("1 of 2 exercises passed"))
    #expect(try run("solution", "1").output.contains("Your file is the solution."))
    #expect(try run("progress").output.contains("✓  1  First"))

    try write(text(first) + "let count: Int = \"three\"\n", to: first)
    #expect(try run("progress").output.contains("changed"))
    try solve("Lessons/Exercises/02-Second.swift")
    let all = try run("check")
    #expect(all.status == 1)
    #expect(all.output.contains("✗  1  First   does not build (passed before)"))
    #expect(all.output.contains("✓  2  Second  passed"))
    #expect(all.error.contains("cannot convert value"))
    #expect(try run("progress").output.contains("1 of 2 passed. Next: nanovla-lesson watch 1"))

    let asked = try run("reset", "1")
    #expect(asked.status == 64 && asked.error.contains("--yes"))
    #expect(text(first).contains("three"))
    #expect(try run("reset", "1", "--yes").output.contains("nanovla-output/01-First.kept.swift"))
    #expect(text("nanovla-output/01-First.kept.swift").contains("three"))
    #expect(!text(first).contains("three"))
  }

  @Test("damaged progress is reported, kept aside and made anew from the files")
  func damaged() throws {
    try solve(first)
    for text in ["{", #"{"passed": {"1": "no hash"}, "hints": {}}"#] {
      try write(text, to: ".nanovla-progress")
      let result = try run("progress")
      #expect(result.status == 0)
      #expect(result.error.contains(".nanovla-progress is damaged"))
      #expect(result.output.contains("1 of 2 passed"))
      #expect(self.text(".nanovla-progress.damaged") == text)
      #expect(try run("progress").error.isEmpty)
    }
  }

  @Test("a crash, and a script that ends before its check, do not pass")
  func crashes() throws {
    try solve(first, #"fatalError("two shapes")"#)
    let crash = try run("check", "1")
    #expect(crash.status == 1)
    #expect(crash.error.contains("two shapes"))
    #expect(crash.error.contains("called at Lessons/Exercises/01-First.swift:7"))
    #expect(crash.output.contains("not yet: it crashed"))

    try write("print(\"no check\")\n", to: first)
    let unchecked = try run("check", "1")
    #expect(unchecked.status == 1 && unchecked.output.contains("before its last line"))
    try FileManager.default.removeItem(at: root.appendingPathComponent(first))
    let missing = try run("check", "1")
    #expect(missing.status == 1 && missing.output.contains("reset 1"))
  }

  @Test("watch checks again after a save and, without a terminal, ends with the first success")
  func watch() throws {
    let result = try run("watch") { process, output in
      let deadline = Date() + 500
      var isSolved = false
      while process.isRunning, Date() < deadline {
        usleep(50_000)
        guard !isSolved, output().contains("Waiting for a change") else { continue }
        isSolved = true
        try? self.solve(self.first)
      }
    }
    #expect(result.status == 0)
    #expect(result.output.contains("Waiting for a change"))
    #expect(result.output.hasSuffix("Compare: nanovla-lesson solution 1\n"))
  }

  @Test(
    "a wrong exercise exits 64 with one line that names the valid ones",
    arguments: [
      ["check", "9"], ["hint", "x"], ["solution", "1-2"], ["reset", "3-1"], ["watch", ""],
    ])
  func unknown(words: [String]) throws {
    let result = try run(words[0], words[1])
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(result.error.contains("the exercises are 1, 2"))
  }

  @Test("progress --json prints one object for each exercise")
  func json() throws {
    let lines = try run("progress", "--json").output.split(separator: "\n")
    for (number, line) in lines.enumerated() {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["exercise"] as? Int == number + 1)
      #expect(object?["state"] as? String == "–")
    }
    #expect(lines.count == 2)
  }
}
