/// Rows of text that fit a width, with numbers aligned at the right.
///
/// If the columns are wider than the line, the widest column of text is wrapped inside its cells until
/// the table fits. If a word would have to be cut, each row becomes a short list instead, so that no
/// text is lost at the edge of a narrow terminal.
public struct TextTable {
  let columns: [String]
  let rows: [[String]]
  /// One for each row, printed beside it where there is room, otherwise below it. May be empty.
  let notes: [String]
  private let minimumWidths: [Int]
  /// Whether each column holds numbers alone, which are aligned at the right.
  let isNumber: [Bool]
  private static let gap = 2

  /// Each row has one cell for each column.
  public init(columns: [String], rows: [[String]], notes: [String] = []) {
    self.init(columns: columns, rows: rows, notes: notes, minimumWidths: columns.map { _ in 0 })
  }

  /// - Parameter minimumWidths: of each column, in characters.
  init(columns: [String], rows: [[String]], notes: [String], minimumWidths: [Int]) {
    if let row = rows.first(where: { $0.count != columns.count }) {
      fatalError("table: a row of \(row.count) cells for \(columns.count) columns \(columns)")
    }
    (self.columns, self.rows, self.notes) = (columns, rows, notes)
    self.minimumWidths = minimumWidths
    isNumber = columns.indices.map { c in
      !rows.isEmpty && rows.allSatisfy { $0[c].first.map { "+-−<0123456789".contains($0) } ?? true }
    }
  }

  /// The table's lines, none wider than `width` characters.
  public func lines(width: Int) -> [String] {
    guard let widths = widths(fitting: width) else { return rowsAsLists(width: width) }
    let used = widths.reduce(0) { $0 + $1 + Self.gap }
    let isBeside = width - used >= min(notes.map(\.count).max() ?? 0, 24)
    var lines = self.lines(of: columns, widths)
    for (index, row) in rows.enumerated() {
      var block = self.lines(of: row, widths)
      let note = index < notes.count ? notes[index] : ""
      if isBeside {
        for (number, part) in note.wrapped(to: width - used).enumerated() {
          if number == block.count { block.append("") }
          block[number] = block[number].padded(to: used) + part
        }
      } else {
        block += note.wrapped(to: width - 2).map { "  " + $0 }
      }
      lines += block
    }
    return lines
  }

  /// The lines of one row, as many as its longest cell needs.
  private func lines(of cells: [String], _ widths: [Int]) -> [String] {
    let wrapped = zip(cells, widths).map { $0.wrapped(to: $1) }
    return (0..<max(wrapped.map(\.count).max() ?? 0, 1)).map { number in
      let line = wrapped.indices.map { c in
        let text = number < wrapped[c].count ? wrapped[c][number] : ""
        return text.padded(to: widths[c], atRight: isNumber[c])
      }.joined(separator: String(repeating: " ", count: Self.gap))
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// The width of each column; nil if the columns do not fit without cutting a word.
  private func widths(fitting width: Int) -> [Int]? {
    let cells = columns.indices.map { c in [columns[c]] + rows.map { $0[c] } }
    var widths = zip(cells, minimumWidths).map { max($1, $0.map(\.count).max() ?? 0) }
    let narrowest = cells.indices.map { c in
      let staysWhole = isNumber[c] || cells[c].contains { $0.hasPrefix("[") }  // a shape
      let unbroken = staysWhole ? cells[c].dropFirst().map(\.count).max() ?? 0 : 0
      let words = cells[c].flatMap { $0.split(separator: " ") }
      return max(minimumWidths[c], unbroken, words.map(\.count).max() ?? 0)
    }
    while widths.reduce(0, +) + Self.gap * (widths.count - 1) > width {
      let shrinkable = widths.indices.filter { widths[$0] > narrowest[$0] }
      guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { return nil }
      widths[widest] -= 1
    }
    return widths
  }

  private func rowsAsLists(width: Int) -> [String] {
    rows.indices.flatMap { row in
      let note = row < notes.count ? notes[row].wrapped(to: width - 2) : []
      let cells = zip(columns, rows[row]).filter { $1 != "" }.flatMap {
        "\($0): \($1)".wrapped(to: width - 2, hanging: 2)
      }
      return (cells + note).enumerated().map { ($0 == 0 ? "· " : "  ") + $1 }
    }
  }
}
