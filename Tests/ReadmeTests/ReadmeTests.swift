import Foundation
import Testing

/// README.md against the code. After an intended change, rewrite its outputs and its tree with
/// `NANOVLA_README=refresh swift test --filter ReadmeTests`.
@Suite struct ReadmeTests {
  private let readme = Readme.current

  @Test("a command prints what README shows", arguments: Readme.current.outputs.map(\.command))
  func outputs(command: String) throws {
    let actual = try output(of: command)
    for block in readme.outputs where block.command == command {
      let differences = OutputComparison.differences(shown: readme.body(of: block), actual: actual)
      let report = differences.joined(separator: "\n")
      #expect(differences.isEmpty, "\(command):\n\(report)")
    }
  }

  @Test("README shows the output of lesson 1 and links to every lesson")
  func parts() throws {
    let showsLesson1 = readme.outputs.contains { $0.command.hasPrefix("nanovla-lesson 1 ") }
    #expect(showsLesson1)
    for lesson in SourceTree.concepts(in: "Lessons/") {
      #expect(readme.text.contains("](Lessons/\(lesson).swift)"), "\(lesson)")
    }
  }

  @Test("the tree lists every room and every concept file, with line counts within 10 %")
  func tree() {
    let entries = readme.treeEntries
    let unlisted = SourceTree.folders.filter { folder in !entries.contains { $0.path == folder } }
    #expect(unlisted == [])
    for entry in entries {
      let count = SourceTree.lineCount(of: entry.path)
      #expect(abs(entry.count - (count ?? 0)) <= max(20, entry.count / 10), "\(entry.path)")
    }
    let text = readme.tree.map(readme.body(of:)) ?? ""
    let names = Set(text.split { $0.isWhitespace || $0 == "," }.map(String.init))
    for folder in SourceTree.folders where folder.hasPrefix(SourceTree.course) {
      let unnamed = SourceTree.concepts(in: folder).filter { !names.contains($0) }
      #expect(unnamed == [], "\(folder)")
    }
  }

  @Test("every Swift snippet of README and CONTRIBUTING compiles", arguments: Readme.snippets)
  func snippets(snippet: Readme.Snippet) throws {
    let errors = try compilerErrors(of: snippet.code)
    #expect(errors == "", "\(snippet.testDescription)")
  }

  @Test("the snippets are found, and the check of a snippet finds an error")
  func snippetErrors() throws {
    #expect(Readme.snippets.count > 6)
    let errors = try compilerErrors(of: "import NanoVLA\nlet policy = VLA()")
    #expect(errors.contains("error:"))
  }

  @Test("links to files lead to files")
  func links() {
    for link in readme.relativeLinks {
      let path = checkout.appendingPathComponent(link.removingPercentEncoding ?? link).path
      let exists = FileManager.default.fileExists(atPath: path)
      #expect(exists, "\(link)")
    }
  }
}
