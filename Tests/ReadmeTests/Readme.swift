import Foundation
import Testing

/// README.md, with the parts that a test checks and rewrites:
///
/// - a ```` ```text ```` block under `<!-- output: nanovla-lesson 1 --no-color -->` shows what that
///   command prints;
/// - the block under `<!-- tree -->` lists the rooms with their line counts
///   (`Sources/Images/  630  an RGB image, PNG`) and below the course's folders their files;
/// - each ```` ```swift ```` block is a script that compiles.
struct Readme {
  var lines: [String]

  /// The file. If `NANOVLA_README` is "refresh", its outputs and its tree are rewritten first.
  static let current: Readme = {
    let file = checkout.appendingPathComponent("README.md")
    var readme = Readme((try? String(contentsOf: file, encoding: .utf8)) ?? "")
    if ProcessInfo.processInfo.environment["NANOVLA_README"] == "refresh" {
      do {
        try readme.refresh()
        try Data(readme.text.utf8).write(to: file, options: .atomic)
      } catch { fatalError("README.md was not refreshed: \(error)") }
    }
    return readme
  }()

  init(_ text: String) { lines = text.components(separatedBy: "\n") }

  var text: String { lines.joined(separator: "\n") }

  private mutating func refresh() throws {
    for command in outputs.map(\.command) {  // each one moves the lines of the next
      let actual = try output(of: command).trimmingCharacters(in: .newlines)
      for block in outputs where block.command == command {
        lines.replaceSubrange(block.body, with: actual.components(separatedBy: "\n"))
      }
    }
    if let tree {
      let rooms = treeEntries.map { ($0.path, $0.note) }
      lines.replaceSubrange(tree.body, with: SourceTree.lines(of: rooms))
    }
  }

  // MARK: Blocks

  struct Block {
    let command: String
    let body: Range<Int>  // line indices between the fences
  }

  var outputs: [Block] { blocks(marked: "output:") }
  var tree: Block? { blocks(marked: "tree").first }

  func body(of block: Block) -> String { lines[block.body].joined(separator: "\n") }

  private func blocks(marked mark: String) -> [Block] {
    lines.indices.compactMap { index in
      let line = lines[index].trimmingCharacters(in: .whitespaces)
      guard line.hasPrefix("<!-- \(mark)"), line.hasSuffix("-->"),
        let open = lines[(index + 1)...].firstIndex(where: { !$0.isEmpty }),
        lines[open].hasPrefix("```"),
        let close = lines[(open + 1)...].firstIndex(where: { $0.hasPrefix("```") })
      else { return nil }
      let command = line.dropFirst("<!-- \(mark)".count).dropLast("-->".count)
      return Block(
        command: command.trimmingCharacters(in: .whitespaces), body: open + 1..<close)
    }
  }

  /// A ```` ```swift ```` block and where it begins.
  struct Snippet: CustomTestStringConvertible, Sendable {
    let file: String
    let line: Int
    let code: String
    var testDescription: String { "\(file):\(line)" }
  }

  /// All snippets of README and CONTRIBUTING. A file of the module NanoVLA does not import itself, so
  /// its snippet gets the import here.
  static let snippets = ["README.md", ".github/CONTRIBUTING.md"].flatMap { file -> [Snippet] in
    let url = checkout.appendingPathComponent(file)
    let lines = Readme((try? String(contentsOf: url, encoding: .utf8)) ?? "").lines
    return lines.indices.filter { lines[$0] == "```swift" }.map { open in
      let body = lines[(open + 1)...].prefix { !$0.hasPrefix("```") }
      let introduction = lines[..<open].last { !$0.isEmpty } ?? ""
      let imports = introduction.hasPrefix("Add `Sources/NanoVLA/") ? "import NanoVLA;" : ""
      return Snippet(file: file, line: open + 2, code: imports + body.joined(separator: "\n"))
    }
  }

  // MARK: Tree

  struct Entry {
    let path: String
    let count: Int
    let note: String
  }

  /// The lines of the tree that give a folder, its line count and a note.
  var treeEntries: [Entry] {
    lines[tree?.body ?? 0..<0].compactMap { line in
      guard let match = line.firstMatch(of: #/^(\S+)\s+(\d+)  (.*)$/#) else { return nil }
      return Entry(
        path: String(match.1), count: Int(match.2) ?? 0, note: String(match.3))
    }
  }

  // MARK: Links

  /// Targets of links and pictures that should be files of the project.
  var relativeLinks: [String] {
    var isCode = false
    var links: [String] = []
    for line in lines {
      if line.hasPrefix("```") { isCode.toggle() }
      if isCode { continue }
      for match in line.matches(of: #/\]\(([^)\s]+)[^)]*\)|src="([^"]+)"/#) {
        let target = match.1 ?? match.2 ?? ""
        if !target.contains("://") && !target.hasPrefix("#") && !target.hasPrefix("mailto:") {
          links.append(String(target.prefix { $0 != "#" }))
        }
      }
    }
    return links
  }
}
