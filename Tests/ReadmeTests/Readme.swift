import Foundation

/// README.md, with the parts of it that a program can check and write anew:
///
/// - a ```` ```text ```` block under `<!-- output: nanovla-lesson 1 --no-color -->` is what that
///   command prints;
/// - a block under `<!-- tree -->` lists files with their line counts, as
///   `Lessons/01-PatchEmbedding.swift  68  an image becomes a sentence`;
/// - a table that links to lessons and has a column `lines` gives their line counts.
struct Readme {
  var lines: [String]

  /// The file as it stands; written anew first if the environment asks for it.
  static let current: Readme = {
    let file = checkout.appendingPathComponent("README.md")
    var readme = Readme((try? String(contentsOf: file, encoding: .utf8)) ?? "")
    if ProcessInfo.processInfo.environment["NANOVLA_README"] == "refresh" {
      do {
        try readme.refresh()
        try Data(readme.text.utf8).write(to: file, options: .atomic)
      } catch { fatalError("README.md stays as it was: \(error)") }
    }
    return readme
  }()

  init(_ text: String) { lines = text.components(separatedBy: "\n") }

  var text: String { lines.joined(separator: "\n") }

  mutating func refresh() throws {
    for command in outputs.map(\.command) {  // one at a time: each moves the lines of the next
      let actual = try output(of: command).trimmingCharacters(in: .newlines)
      for block in outputs where block.command == command {
        lines.replaceSubrange(block.body, with: actual.components(separatedBy: "\n"))
      }
    }
    refreshTree()
    for row in lessonTable {
      lines[row.line] = SourceCount.replacing(row.count, in: lines[row.line], by: row.trueCount)
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

  // MARK: Line counts

  struct Count {
    let line: Int
    let path: String
    let count: Range<String.Index>  // where the number stands in the line
    var trueCount: Int? { SourceCount.lines(of: path) }
  }

  /// Lines of the tree that give a count.
  var treeCounts: [Count] {
    (tree?.body ?? 0..<0).compactMap { index in
      guard let match = lines[index].firstMatch(of: #/^\s*(\S+)\s+(\d+)(?:\s|$)/#) else {
        return nil
      }
      return Count(
        line: index, path: String(match.1), count: match.2.startIndex..<match.2.endIndex)
    }
  }

  /// Rows of the lesson table.
  var lessonTable: [Count] {
    var column: Int?
    return lines.indices.compactMap { index in
      let cells = lines[index].split(separator: "|", omittingEmptySubsequences: false)
      guard cells.count > 2 else { return nil }
      if let header = cells.firstIndex(where: { $0.trimmingCharacters(in: .whitespaces) == "lines" }
      ) {
        column = header
        return nil
      }
      guard let column, column < cells.count,
        let link = lines[index].firstMatch(of: #/\]\((Lessons\/[^)]+\.swift)\)/#)
      else { return nil }
      let number = cells[column].firstMatch(of: #/\d+/#)?.range
      let count = number ?? cells[column].startIndex..<cells[column].startIndex
      return Count(line: index, path: String(link.1), count: count)
    }
  }

  /// True counts, files that are gone left out, new ones listed behind their neighbours.
  private mutating func refreshTree() {
    for entry in treeCounts.reversed() {
      if entry.trueCount == nil {
        lines.remove(at: entry.line)
      } else {
        lines[entry.line] = SourceCount.replacing(
          entry.count, in: lines[entry.line], by: entry.trueCount)
      }
    }
    for path in SourceCount.unlisted(in: treeCounts.map(\.path)) {
      guard let tree else { return }
      let folder = (path as NSString).deletingLastPathComponent + "/"
      let before = treeCounts.last { $0.path.hasPrefix(folder) && $0.path < path }
      // Counts end in one column, that of the lines there are.
      let edge = treeCounts.map { lines[$0.line].distance(to: $0.count.upperBound) }.max() ?? 60
      let count = String(SourceCount.lines(of: path) ?? 0)
      let gap = String(repeating: " ", count: max(2, edge - path.count - count.count))
      let line = path + gap + count + "  " + SourceCount.summary(of: path)
      lines.insert(
        line.trimmingCharacters(in: .whitespaces),
        at: before.map { $0.line + 1 } ?? tree.body.upperBound)
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

extension String {
  fileprivate func distance(to index: Index) -> Int { distance(from: startIndex, to: index) }
}
