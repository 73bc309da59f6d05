import Foundation
import Images

/// The parts of a page as HTML.
extension PagePart {
  /// - Parameter level: of a heading, 2 to 6.
  func html(level: Int = 3) -> HTML {
    switch self {
    case .heading(let text):
      let name = HTML(stringLiteral: "h\(level)")
      return "<\(name)>\(text)</\(name)>\n"
    case .prose(let text): return Self.paragraphs(text)
    case .table(let columns, let rows):
      return Self.table(columns: columns, rows: rows, caption: nil, isCode: [])
    case .trace(let title, let table): return Self.trace(title, table)
    case .bars(let chart): return chart.html
    case .chart(let chart): return chart.html
    case .result(let name, let value, let meaning):
      return """
        <p class="result"><code>\(name)</code> = <strong>\(value)</strong> \
        <span>\(meaning)</span></p>

        """
    case .knob(let name, let value, let other, let meaning):
      return """
        <p class="knob"><code>\(name)</code> = <strong>\(value)</strong> \
        <span>\(meaning)\(other)</span></p>

        """
    case .picture(let image, let description, let caption):
      return Self.figure(image, description, caption: caption)
    }
  }

  /// Paragraphs; a line that begins with a space, such as a formula, keeps its form. Text between
  /// two backticks is code.
  static func paragraphs(_ text: String) -> HTML {
    var html: HTML = ""
    var pending: [String] = []
    var formula: [String] = []
    func end() -> HTML {
      defer { (pending, formula) = ([], []) }
      let lines = formula.joined(separator: "\n")
      return (pending.isEmpty ? "" : "<p>\(inline(pending.joined(separator: " ")))</p>\n")
        + (formula.isEmpty ? "" : "<pre class=\"formula\" tabindex=\"0\">\(lines)</pre>\n")
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let isFormula = line.first == " " && !line.allSatisfy { $0 == " " }
      if line.allSatisfy({ $0 == " " }) || isFormula == formula.isEmpty { html += end() }
      if isFormula {
        formula.append(String(line))
      } else if !line.isEmpty {
        pending.append(String(line))
      }
    }
    return html + end()
  }

  /// "`x`" as code; a backtick without a partner stays.
  static func inline(_ text: String) -> HTML {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    let pieces = parts.enumerated().map { index, part -> HTML in
      if index % 2 == 0 { return HTML(escaping: part) }
      return index == parts.count - 1 ? "`\(part)" : "<code>\(part)</code>"
    }
    return "\(pieces)"
  }

  /// A table in a box that scrolls if the page is narrower.
  /// - Parameter isCode: the numbers of the columns of names and shapes.
  static func table(
    columns: [String], rows: [[String]], caption: String?, isCode: Set<Int>, name: String = "plain"
  ) -> HTML {
    let alignment = TextTable(columns: columns, rows: rows).isNumber.map { isNumber -> HTML in
      isNumber ? " class=\"number\"" : ""
    }
    let head = columns.enumerated().map { index, title -> HTML in
      "<th scope=\"col\"\(alignment[index])>\(title)</th>"
    }
    let body = rows.map { row -> HTML in
      let cells = row.enumerated().map { index, text -> HTML in
        let shown: HTML = isCode.contains(index) && text != "" ? "<code>\(text)</code>" : "\(text)"
        return index == 0
          ? "<th scope=\"row\"\(alignment[0])>\(shown)</th>"
          : "<td\(alignment[index])>\(shown)</td>"
      }
      return "<tr>\(cells)</tr>\n"
    }
    let label = caption ?? "Table: \(columns.joined(separator: ", "))"
    return """
      <div class="scroll" role="region" aria-label="\(label)" tabindex="0"><table class="\(name)">
      \(caption.map { "<caption>\($0)</caption>\n" as HTML } ?? "")<thead><tr>\(head)</tr></thead>
      <tbody>
      \(body)</tbody></table></div>

      """
  }

  private static func trace(_ title: String, _ trace: TraceTable) -> HTML {
    let rows = trace.rows.map { row in
      [row.label, "\(row.shape)", row.note, TraceTable.time(row.milliseconds)]
        .enumerated().map { $0 == 0 && row.count > 1 ? "\($1) ×\(row.count)" : $1 }
    }
    return table(
      columns: ["tensor", "shape", "how it was made", "time"], rows: rows,
      caption: "Shapes, \(title)", isCode: [1], name: "trace")
  }

  /// A small image is enlarged without smoothing, up to about 256 pixels; on a narrow page a wide
  /// one scrolls in its box, so that what is written in it can be read.
  private static func figure(_ image: RGBImage, _ description: String, caption: String?) -> HTML {
    let data = image.pngData().base64EncodedString()
    let scale = max(1, 256 / max(image.width, image.height))
    let style: HTML = scale > 1 ? " class=\"pixels\"" : ""
    let picture: HTML = """
      <img\(style) width="\(image.width * scale)" height="\(image.height * scale)" \
      alt="\(description)" src="data:image/png;base64,\(data)"/>
      """
    let box: HTML = """
      <div class="scroll wide" role="region" aria-label="Picture" tabindex="0">\(picture)</div>
      """
    let below: HTML = caption.map { "\n<figcaption>\($0)</figcaption>" } ?? ""
    return "<figure>\(image.width > 600 ? box : picture)\(below)</figure>\n"
  }
}
