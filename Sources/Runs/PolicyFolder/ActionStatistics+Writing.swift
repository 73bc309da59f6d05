// Writing `dataset_statistics.json`, in the layout that `ActionStatistics+Reading.swift` shows.

import Files
import Foundation
import NanoVLA

extension ActionStatistics {
  /// Writes `entries` to `file`, wholly or not at all.
  public static func write(
    _ entries: [String: ActionStatistics], to file: URL, decimals: Int? = 5
  ) throws(StatisticsFileError) {
    do { try Data(json(entries, decimals: decimals).utf8).write(to: file, options: .atomic) } catch
    {
      throw .unwritable(file.path, oneLine(error))
    }
  }

  /// The text of a file: keys sorted, so that equal statistics are equal text.
  ///
  /// - Parameter decimals: behind the point; nil: as many as bring back the very same numbers.
  public static func json(_ entries: [String: ActionStatistics], decimals: Int? = 5) -> String {
    func list(_ values: [Float]) -> String {
      let numbers = values.map { value in
        guard let decimals else { return "\(value)" }
        let text = String(format: "%.\(decimals)f", Double(value))
        let isZero = !text.contains { "123456789".contains($0) }
        return isZero ? text.filter { $0 != "-" } : text  // −0 and 0 are one text
      }
      return "[" + numbers.joined(separator: ", ") + "]"
    }
    func object(_ fields: [(String, String)], _ indent: String) -> String {
      let lines = fields.map { "\(indent)  \(quoted($0)): \($1)" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
    func columns(_ s: DimensionStatistics, mask: [Bool]?) -> String {
      let mask = mask.map { [("mask", "\($0)")] } ?? []
      let fields = [
        ("max", s.max), ("mean", s.mean), ("min", s.min), ("q01", s.q01), ("q99", s.q99),
        ("std", s.std),
      ]
      return object(mask + fields.map { ($0, list($1)) }, "    ")
    }
    let sets = entries.sorted { $0.key < $1.key }.map { key, entry in
      let fields = [
        ("action", columns(entry.action, mask: entry.mask)),
        ("num_trajectories", "\(entry.trajectories)"), ("num_transitions", "\(entry.transitions)"),
      ]
      let proprio = entry.proprio.map { [("proprio", columns($0, mask: nil))] } ?? []
      return (key, object(fields + proprio, "  "))
    }
    return object(sets, "") + "\n"
  }
}

/// `text` as JSON writes it, with its quotes.
private func quoted(_ text: String) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .withoutEscapingSlashes
  // Any String is Unicode, which JSON can always hold.
  return String(decoding: try! encoder.encode(text), as: UTF8.self)
}
