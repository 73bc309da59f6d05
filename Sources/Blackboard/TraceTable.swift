import Foundation
import Tensors

/// The tensors of a ``ShapeTrace`` as a table: name, shape, time and explanation of each.
///
/// A tensor that occurs again with the same name and shape, as in each layer of a stack, has one row
/// with the number of its occurrences and their total time. The column of times has a fixed width, so
/// that a slower machine prints the same layout.
struct TraceTable {
  struct Row: Equatable {
    let label: String
    let shape: [Int]
    let note: String
    var count = 1
    var milliseconds: Double
  }

  /// In order of first occurrence.
  private(set) var rows: [Row] = []

  init(_ entries: [ShapeTrace.Entry]) {
    for entry in entries {
      if let row = rows.firstIndex(where: {
        $0.label == entry.label && $0.shape == entry.shape && $0.note == entry.note
      }) {
        rows[row].count += 1
        rows[row].milliseconds += entry.milliseconds
      } else {
        rows.append(
          Row(
            label: entry.label, shape: entry.shape, note: entry.note,
            milliseconds: entry.milliseconds))
      }
    }
  }

  func lines(width: Int) -> [String] {
    let repeats = rows.contains { $0.count > 1 }
    let table = TextTable(
      columns: repeats ? ["tensor", "shape", "calls", "time"] : ["tensor", "shape", "time"],
      rows: rows.map { row in
        let count = row.count > 1 ? "×\(row.count)" : ""
        let time = Self.time(row.milliseconds)
        return repeats
          ? [row.label, "\(row.shape)", count, time] : [row.label, "\(row.shape)", time]
      },
      notes: rows.map(\.note), minimumWidths: repeats ? [0, 0, 0, 8] : [0, 0, 8])
    return table.lines(width: width)
  }

  /// At most eight characters up to a day: "<0.01 ms", "12.34 ms", "123.4 ms", "1.25 s".
  static func time(_ milliseconds: Double) -> String {
    switch milliseconds {
    case ..<0.01: "<0.01 ms"
    case ..<99.995: String(format: "%.2f ms", milliseconds)
    case ..<999.95: String(format: "%.1f ms", milliseconds)
    default: String(format: "%.2f s", milliseconds / 1000)
    }
  }
}
