import Foundation

/// The reader's terminal: how wide it is, whether it shows colours, and text cut to fit.
public enum Terminal {
  /// Columns of the terminal behind `descriptor`; `COLUMNS`, or 80, where there is none.
  public static func columns(of descriptor: Int32 = STDOUT_FILENO) -> Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return max(20, Int(size.ws_col))
    }
    let told = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
    return max(20, min(told ?? 80, 500))
  }

  /// Whether colours are welcome: on a terminal, unless `NO_COLOR` says otherwise (no-color.org).
  public static var showsColor: Bool {
    let no = ProcessInfo.processInfo.environment["NO_COLOR"] ?? ""
    return isatty(STDOUT_FILENO) == 1 && no.isEmpty
  }

  /// `text` in lines of at most `width` characters, broken between words; later lines are indented.
  public static func wrapped(_ text: String, width: Int, indent: Int = 0) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > width {
          lines.append(line)
          line = String(repeating: " ", count: indent)
        }
        line += (line.isEmpty || line.allSatisfy { $0 == " " } ? "" : " ") + word
      }
      lines.append(line)
    }
    return lines
  }

  /// `rows` under `columns`, each as wide as its widest cell; numbers stand to the right. The last
  /// column is cut where the terminal ends.
  public static func table(columns: [String], rows: [[String]], width: Int) -> [String] {
    let all = [columns] + rows
    let widths = columns.indices.map { c in all.map { $0[c].count }.max() ?? 0 }
    let isNumber = columns.indices.map { c in
      !rows.isEmpty && rows.allSatisfy { $0[c].first.map { "+-−0123456789".contains($0) } ?? true }
    }
    return all.map { row in
      let cells = row.enumerated().map { c, cell in
        let space = String(repeating: " ", count: widths[c] - cell.count)
        return isNumber[c] ? space + cell : cell + space
      }
      let line = cells.joined(separator: "  ")
      let cut = line.count > width ? line.prefix(width - 1) + "…" : line[...]
      return cut.replacingOccurrences(of: " +$", with: "", options: .regularExpression)
    }
  }

  /// A number as a reader wants it: four digits that count.
  public static func number(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e6 { return String(Int(value)) }
    return String(format: abs(value) < 1e-3 || abs(value) >= 1e5 ? "%.2e" : "%.4g", value)
  }
}
