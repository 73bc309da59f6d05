import Console
import Foundation

// Both write without a buffer, so that this program's lines and a lesson's appear in order.
func standardError(_ text: String) { Console.standardError(text) }
func standardOutput(_ text: String) { Console.write(text) }

/// Rows of cells under each other, those of the columns `text` at the left, numbers at the right.
func aligned(_ rows: [[String]], text: Set<Int>) -> String {
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    zip(row, widths).enumerated().map { column, cell in
      let space = String(repeating: " ", count: cell.1 - cell.0.count)
      if !text.contains(column) { return space + cell.0 }
      return column == widths.count - 1 ? cell.0 : cell.0 + space
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}

/// True on a terminal unless `NO_COLOR` is set (see no-color.org) or `TERM` is "dumb".
let showsColor: Bool = {
  let environment = ProcessInfo.processInfo.environment
  return isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty
    && environment["TERM"] != "dumb"
}()
