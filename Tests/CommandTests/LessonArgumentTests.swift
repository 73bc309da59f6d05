import Foundation
import Testing

/// The command line of `nanovla-lesson` on this checkout, without building a lesson.
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

  @Test("an unknown option or a seed that is not a number exits 64")
  func wrongOption() throws {
    #expect(try run("--colors").status == 64)
    #expect(try run("1", "--seed", "many").status == 64)
  }

  @Test("--pretrain with lessons that do not take it exits 64 and names the one that does")
  func pretrain() throws {
    let result = try run("0-3", "--pretrain")
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.error == "nanovla-lesson: --pretrain applies only to lesson 12\n")
  }

  @Test("bands asks which lessons, and for at least two seeds")
  func bands() throws {
    #expect(try run("bands").status == 64)
    #expect(try run("bands", "all", "--seeds", "1").status == 64)
    #expect(try run("bands", "99").error.contains("there is no lesson 99"))
  }

  @Test("list shows each lesson's title, file, line count and the seconds of its header")
  func list() throws {
    let result = try run("list")
    let rows = result.output.split(separator: "\n")
    let folder = checkout.appendingPathComponent("Lessons")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".swift") }.sorted()
    #expect(result.status == 0)
    #expect(rows.count == files.count + 1)
    for (row, file) in zip(rows.dropFirst(), files) {
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
      let header = text.split(separator: "\n").prefix(2)
      let title = header[0].split(separator: " · ").last ?? ""
      let seconds = header[1].split(separator: " ").first { Double($0) != nil } ?? ""
      let words = row.split(separator: " ")
      #expect(row.contains(title))
      #expect(words.contains("Lessons/\(file)"))
      #expect(words.suffix(2) == ["\(lines)", seconds])
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

  @Test("outside of any checkout it lists the lessons of the one in which it was built")
  func elsewhere() throws {
    let result = try Program.product("nanovla-lesson").run(["list"], in: URL(fileURLWithPath: "/"))
    #expect(result.output.contains("Lessons/01-PatchEmbedding.swift"))
  }

  @Test("without swift on the PATH it exits 1 with one line")
  func noSwift() throws {
    let result = try Program.product("nanovla-lesson")
      .run(["1"], in: checkout, environment: ["PATH": "/nowhere"])
    #expect(result.status == 1)
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(result.error.contains("PATH"))
  }

  @Test("a closed pipe ends it with one line, and as the signal would")
  func closedPipe() throws {
    let runner = Program.product("nanovla-lesson").path
    let script = "(sleep 1; '\(runner)' list; echo $? >&2) | true"
    let result = try Program("/bin/sh").run(["-c", script], in: checkout)
    #expect(result.error == "Error: cannot write to standard output: broken pipe\n141\n")
  }
}
