/// A lesson or notebook as one page of HTML: prose, source and output of each section in order.
///
/// It needs no other file and no network, which its security policy tells the browser too: styles,
/// pictures and drawings are inside. It is well-formed as XML as well, so that any reader of XML can
/// check it. Without styles the sections are still in order, and each table and figure has its name.
///
/// - Reference: W3C, "Web Content Accessibility Guidelines 2.2", 1.1.1, 1.3.1, 1.4.3, 1.4.10, 2.1.1.
struct Page {
  /// "Lesson 3" or "Notebook".
  let kind: String
  let title: String
  /// Paragraphs below the title.
  let opening: [String]
  let record: PageRecord
  /// Every number that the script has kept.
  let results: [(name: String, value: String)]
  /// The source, the time and the seed.
  let facts: String

  /// A heading with what belongs to it.
  struct Section {
    var title: String
    var source: SourceCell?
    var parts: [PagePart] = []
  }

  var html: HTML {
    let sections = self.sections
    let closing = self.closing
    let titles = sections.map(\.title) + closing.map(\.title)
    let links = titles.enumerated().map { index, title -> HTML in
      "<li><a href=\"#s\(index)\">\(title)</a></li>\n"
    }
    let bodies =
      sections.map(body(of:)) + closing.map(\.body)
    let all = zip(titles, bodies).enumerated().map { index, section -> HTML in
      """
      <section aria-labelledby="s\(index)">
      <h2 id="s\(index)">\(section.0)</h2>
      \(section.1)</section>

      """
    }
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
      <title>\(kind) · \(title) · nanoVLA</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <header>
      <p class="kind">nanoVLA · \(kind)</p>
      <h1>\(title)</h1>
      <div class="opening">\(opening.map { PagePart.paragraphs($0) })</div>
      <p class="facts">\(facts)</p>
      </header>
      <nav aria-label="Sections"><ol>
      \(links)</ol></nav>
      <main>
      \(all)</main>
      </body>
      </html>

      """
  }

  // MARK: - Sections

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

  private func body(of section: Section) -> HTML {
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
  private var closing: [(title: String, body: HTML)] {
    func list(_ items: [HTML]) -> HTML {
      let items = items.map { "<li>\($0)</li>\n" as HTML }
      return "<ul>\n\(items)</ul>\n"
    }
    let rows = results.map { [$0.name, $0.value] }
    let all = [
      (
        "Results",
        PagePart.table(
          columns: ["result", "value"], rows: rows, caption: "All results", isCode: [0])
      ),
      ("Read next", list(record.readNext.map { "<code>\($0)</code>" })),
      ("Try", list(record.tryThis.map(PagePart.inline))),
    ]
    let isShown = [!results.isEmpty, !record.readNext.isEmpty, !record.tryThis.isEmpty]
    return zip(all, isShown).filter(\.1).map { ($0.0.0, $0.0.1) }
  }
}
