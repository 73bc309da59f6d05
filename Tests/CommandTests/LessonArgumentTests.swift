import Foundation
import Testing

/// `nanovla-lesson` on this very checkout, as far as it goes without building anything.
@Suite struct LessonArgumentTests {
  private func run(_ arguments: String...) throws -> Program.Result {
    try Program.product("nanovla-lesson").run(arguments, in: checkout)
  }

  @Test(
    "a wrong selection exits 64 with one line that names the valid numbers",
    arguments: [
      "99", "5-1", "1-99", "abc", "1-2-3", "3-", "-", "", "1.5", "99999999999999999999",
    ])
  func wrongSelection(word: String) throws {
    let result = try run(word)
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(result.error.contains("0, 1, 2, 3, 4, 5, 6"))
  }

  @Test("an unknown option and a seed that is no number exit 64")
  func wrongOption() throws {
    #expect(try run("--colour").status == 64)
    #expect(try run("1", "--seed", "many").status == 64)
  }

  @Test("an option for one lesson is refused for others, with that lesson's number")
  func pretrain() throws {
    let result = try run("0-3", "--pretrain")
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.error == "nanovla-lesson: --pretrain is for lesson 12\n")
  }

  @Test("list names each lesson's file with the lines that it has")
  func list() throws {
    let result = try run("list")
    let rows = result.output.split(separator: "\n")
    let folder = checkout.appendingPathComponent("Lessons")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(result.status == 0)
    #expect(rows.count == files.count + 1)
    for (row, file) in zip(rows.dropFirst(), files) {
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
      let words = row.split(separator: " ")
      #expect(words.contains("Lessons/\(file)"))
      #expect(words.contains("\(lines)"))
    }
  }

  @Test("list --json prints one object a lesson")
  func listAsJSON() throws {
    let lines = try run("list", "--json").output.split(separator: "\n")
    for (number, line) in lines.enumerated() {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["lesson"] as? Int == number)
    }
    #expect(lines.count >= 7)
  }

  @Test("from a folder outside of any checkout it finds the one that it was built in")
  func elsewhere() throws {
    let result = try Program.product("nanovla-lesson").run(["list"], in: URL(fileURLWithPath: "/"))
    #expect(result.output.contains("Lessons/01-PatchEmbedding.swift"))
  }

  @Test("without swift on the PATH it says so in one line")
  func noSwift() throws {
    let result = try Program.product("nanovla-lesson")
      .run(["1"], in: checkout, environment: ["PATH": "/nowhere"])
    #expect(result.status == 1)
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(result.error.contains("PATH"))
  }

  @Test("output into a closed pipe ends it quietly")
  func closedPipe() throws {
    let runner = Program.product("nanovla-lesson").path
    let result = try Program("/bin/sh").run(["-c", "'\(runner)' list | true"], in: checkout)
    #expect(result.error.isEmpty)
  }
}
