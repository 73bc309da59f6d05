import Foundation
import Testing

@testable import nanovla_lesson

/// `nanovla-lesson notebook` and pages, without building a script.
@Suite struct NotebookCommandTests {
  private func run(_ arguments: String...) throws -> Program.Result {
    try Program.product("nanovla-lesson").run(arguments, in: checkout)
  }
  private var names: [String] {
    get throws {
      let folder = checkout.appendingPathComponent("Notebooks-as-scripts")
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        .map { $0.replacing(".swift", with: "") }
    }
  }

  @Test("the list names every notebook with its summary, and Package.swift builds each")
  func list() throws {
    let result = try run("notebook")
    let lines = result.output.split(separator: "\n")
    let manifest = try String(
      contentsOf: checkout.appendingPathComponent("Package.swift"), encoding: .utf8)
    #expect(result.status == 0)
    #expect(try lines.count == 2 * names.count)
    for (index, name) in try names.enumerated() {
      #expect(lines[2 * index].hasPrefix("\(name) ("))
      #expect(lines[2 * index + 1].count > 20)
      #expect(manifest.contains("\"\(name)\": "))
    }
  }

  @Test("the list as JSON is one object on a line, with the minutes of each header")
  func json() throws {
    let lines = try run("notebook", "--json").output.split(separator: "\n")
    #expect(try lines.count == names.count)
    for line in lines {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["minutes"] is Double && (object?["summary"] as? String)?.isEmpty == false)
    }
  }

  @Test(
    "an unknown notebook exits 64 with one line that names those there are",
    arguments: ["Nothing", "../Lessons/00-TensorsThatLearn", "", "ANewWord.swift"])
  func unknown(name: String) throws {
    let result = try run("notebook", name)
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(try names.allSatisfy { result.error.contains($0) })
  }

  @Test(
    "a page of several lessons, of a list or of no notebook is refused before any is built",
    arguments: [
      (["1-3"], "the page of one lesson, not of 3"), (["list"], "the page of one lesson, not of"),
      ([], "the page of one lesson, not of"), (["notebook"], "the page of one notebook"),
    ])
  func noSinglePage(arguments: [String], reason: String) throws {
    let page = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).html")
    let result = try Program.product("nanovla-lesson").run(
      arguments + ["--html", page.path], in: checkout)
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.error.split(separator: "\n").count == 1 && result.error.contains(reason))
    #expect(!FileManager.default.fileExists(atPath: page.path))
  }

  @Test("a notebook's summary is its first comment, and its minutes stand in a later one")
  func header() throws {
    let text =
      "// What\n// and how.\n//\n//   a command\n//\n// About 2.5 minutes on 2 cores.\nlet x = 1\n"
    let file = try #require(NotebookFile(file: "Name.swift", text: text))
    #expect(file.name == "Name" && file.product == "notebook-Name")
    #expect(file.summary == "What and how." && file.minutes == 2.5 && file.lines == 7)
    #expect(NotebookFile(file: "notes.txt", text: text) == nil)
    #expect(NotebookFile(file: "A.swift", text: "")?.minutes == nil)
  }
}
