/// What stands in which section of a page.
extension Page {
  /// The sections of a notebook are its cells, those of a lesson begin with its headings.
  ///
  /// A part belongs to the cell in which it was printed. What a function prints that stands in an
  /// earlier cell belongs to the cell that is running.
  var sections: [Section] {
    let cells = SourceCell.cells(of: record.source)
    let isNotebook = cells.contains { !$0.title.isEmpty }
    var parts = cells.map { _ in [PagePart]() }
    var current = 0
    for (part, line) in record.parts {
      current = max(current, cells.lastIndex { $0.firstLine <= line } ?? 0)
      parts[current].append(part)
    }
    return zip(cells, parts).flatMap { cell, parts -> [Section] in
      let isSetup = cell.firstLine == 1
      let title = isSetup ? "Setup" : "Source from line \(cell.firstLine)"
      var sections = [Section(title: cell.title.isEmpty ? title : cell.title, source: cell)]
      for part in parts {
        guard case .heading(let text) = part else {
          sections[sections.count - 1].parts.append(part)
          continue
        }
        if isNotebook, !isSetup {
          if text != cell.title { sections[0].parts.append(part) }
        } else if sections.count == 1, sections[0].parts.isEmpty, !isSetup {
          sections[0].title = text
        } else {
          sections.append(Section(title: text, source: nil))
        }
      }
      return sections.filter { !$0.parts.isEmpty || $0.source?.isEmpty != true }
    }
  }

  func body(of section: Section) -> HTML {
    let output = section.parts.map { $0.html() }
    let shown: HTML = output.isEmpty ? "" : "<div class=\"output\">\n\(output)</div>\n"
    guard let cell = section.source else { return shown }
    let last = cell.firstLine + cell.lineCount - 1
    let source: HTML =
      cell.code.isEmpty
      ? ""
      : """
      <details class="source" open="open"><summary>Source, lines \(cell.firstLine) to \(last)</summary>
      <pre tabindex="0"><code>\(SwiftHighlighter.html(of: cell.code))</code></pre></details>

      """
    return PagePart.paragraphs(cell.prose) + source + shown
  }

  /// The sections after the script's own.
  var closing: [(title: String, body: HTML)] {
    func list(_ items: [HTML]) -> HTML {
      let items = items.map { "<li>\($0)</li>\n" as HTML }
      return "<ul>\n\(items)</ul>\n"
    }
    let rows = results.map { [$0.name, $0.value] }
    let all = [
      (
        "Results",
        "\(record.verdicts.map(PagePart.paragraphs))"
          + PagePart.table(
            columns: ["result", "value"], rows: rows, caption: "All results", isCode: [0])
      ),
      ("Read next", list(record.readNext.map { "<code>\($0)</code>" })),
      ("Try", list(record.tryThis.map(PagePart.inline))),
    ]
    let isShown = [!results.isEmpty, !record.readNext.isEmpty, !record.tryThis.isEmpty]
    return zip(all, isShown).filter(\.1).map { ($0.0.0, $0.0.1) }
  }
}
