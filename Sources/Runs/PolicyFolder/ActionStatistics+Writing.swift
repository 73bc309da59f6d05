import Files
import Foundation
import NanoVLA

/// Writing dataset_statistics.json in OpenVLA's layout.
extension ActionStatistics {
  /// Writes `entries` to `file`, complete or not at all.
  ///
  /// - Throws: ``FileWriteError``.
  public static func write(
    _ entries: [String: ActionStatistics], to file: URL, decimals: Int? = 5
  ) throws {
    try Data(json(entries, decimals: decimals).utf8).writeAtomically(to: file)
  }

  /// The text of a file: keys sorted, so that equal statistics are equal text.
  ///
  /// - Parameter decimals: digits after the point; nil: as many as reading needs to give back the
  ///   same numbers.
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
      let lines = fields.map { "\(indent)  \(JSONWriter.quoted($0)): \($1)" }
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
