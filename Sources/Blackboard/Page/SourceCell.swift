import Foundation

/// A part of a script's source, with the lines that it stands in.
///
/// In a notebook a cell begins with a line `// %% Title`; comment lines below it are its prose. In
/// a lesson, which has no such lines, a cell is the paragraph that prints a heading and all up to
/// the next such paragraph. The call of `finish`, whose lists the page shows as such, belongs to no
/// cell.
struct SourceCell: Equatable {
  /// Empty if the cell has no line `// %%` or nothing stands in it.
  let title: String
  /// The comment below the title: paragraphs separated by an empty line.
  let prose: String
  /// Without the title, the prose and the indentation that all lines have.
  let code: String
  /// The number of the first line, counted from 1.
  let firstLine: Int
  /// The number of lines up to the next cell, without empty lines at the end.
  let lineCount: Int

  var isEmpty: Bool { title.isEmpty && prose.isEmpty && code.isEmpty }

  /// The cells of a script in order. The first one holds what stands before the first title or
  /// heading.
  static func cells(of source: String) -> [SourceCell] {
    let lines = source.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
      .map(String.init)
    let texts = lines.map { $0.trimmingCharacters(in: .whitespaces) }
    let titles = texts.indices.filter { isTitle(texts[$0]) }
    let end = texts.firstIndex { $0.hasPrefix("lesson.finish(") } ?? lines.count
    let starts = (titles.isEmpty ? headings(in: texts) : titles).filter { 0 < $0 && $0 < end }
    return zip([0] + starts, starts + [end]).map { cell(Array(lines[$0..<$1]), from: $0 + 1) }
  }

  private static func isTitle(_ text: String) -> Bool {
    text == "// %%" || text.hasPrefix("// %% ")
  }

  /// For each heading the start of its paragraph; where a paragraph prints two, the second heading.
  private static func headings(in texts: [String]) -> [Int] {
    var starts: [Int] = []
    for line in texts.indices where texts[line].hasPrefix("lesson.heading(") {
      let start = (texts[..<line].lastIndex(of: "") ?? -1) + 1
      starts.append(starts.last.map { $0 >= start } == true ? line : start)
    }
    return starts
  }

  private static func cell(_ lines: [String], from firstLine: Int) -> SourceCell {
    var rest = lines[...]
    var (title, prose) = ("", [String]())
    if let first = rest.first?.trimmingCharacters(in: .whitespaces), isTitle(first) {
      title = String(first.dropFirst("// %%".count)).trimmingCharacters(in: .whitespaces)
      rest = rest.dropFirst()
      while let text = rest.first?.trimmingCharacters(in: .whitespaces),
        text == "//" || text.hasPrefix("// ")
      {
        prose.append(String(text.dropFirst(3)))
        rest = rest.dropFirst()
      }
    }
    func isEmpty(_ line: String) -> Bool { line.allSatisfy(\.isWhitespace) }
    let count = lines.count - lines.reversed().prefix(while: isEmpty).count
    let code = rest.drop(while: isEmpty).reversed().drop(while: isEmpty).reversed()
    let margin = code.filter { !isEmpty($0) }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return SourceCell(
      title: title, prose: prose.joined(separator: "\n"),
      code: code.map { String($0.dropFirst(margin)) }.joined(separator: "\n"), firstLine: firstLine,
      lineCount: count)
  }
}
