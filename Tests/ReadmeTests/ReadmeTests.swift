import Foundation
import Testing

/// README.md against the tree. After a change that is meant,
/// `NANOVLA_README=refresh swift test --filter ReadmeTests` writes the outputs and counts anew.
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

  @Test("README shows the output of lesson 1, a tree and a table of the lessons")
  func parts() {
    let showsLesson1 = readme.outputs.contains { $0.command.hasPrefix("nanovla-lesson 1 ") }
    #expect(showsLesson1)
    #expect(!readme.treeCounts.isEmpty)
    #expect(!readme.lessonTable.isEmpty)
  }

  @Test("the line counts of the tree and of the lesson table are true")
  func lineCounts() {
    for entry in readme.treeCounts + readme.lessonTable {
      let shown = Int(readme.lines[entry.line][entry.count])
      let truth = entry.trueCount
      #expect(truth != nil, "\(entry.path) does not exist")
      #expect(shown == truth, "\(entry.path)")
    }
  }

  @Test("everything that the tree names exists")
  func treePaths() {
    for line in readme.lines[readme.tree?.body ?? 0..<0] {
      guard let path = line.split(separator: " ").first else { continue }
      let exists = FileManager.default.fileExists(
        atPath: checkout.appendingPathComponent(String(path)).path)
      #expect(exists, "\(path)")
    }
  }

  @Test("every concept and every lesson stands in the tree, every lesson in the table")
  func completeness() {
    let missingInTree = SourceCount.unlisted(in: readme.treeCounts.map(\.path))
    let missingInTable = SourceCount.unlisted(in: readme.lessonTable.map(\.path)).filter {
      $0.hasPrefix("Lessons/")
    }
    #expect(missingInTree == [])
    #expect(missingInTable == [])
  }

  @Test("links to files lead somewhere")
  func links() {
    for link in readme.relativeLinks {
      let path = checkout.appendingPathComponent(link.removingPercentEncoding ?? link).path
      let exists = FileManager.default.fileExists(atPath: path)
      #expect(exists, "\(link)")
    }
  }
}
