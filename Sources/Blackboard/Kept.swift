/// A result that a lesson keeps, with the band in which it should fall.
public struct Kept: TableCell {
  public let name: String
  public let value: Double
  /// nil if none has been measured.
  public let band: Band?
  /// False if the band was measured with other knobs.
  let isComparable: Bool

  /// True if the band holds for this program and the value lies outside of it.
  public var isOutside: Bool { isComparable && band?.contains(value) == false }

  /// "✓ (0.93 to 1)", "✗ (0.93 to 1)"; without a mark if the knobs are other ones; empty without a
  /// band.
  var mark: String {
    guard let band else { return "" }
    let sign = !isComparable ? "" : band.contains(value) ? "✓ " : "✗ "
    return "\(sign)(\(band.text))"
  }

  /// "0.95 ✓ (0.93 to 1)"
  public var cell: String { Terminal.number(value) + (mark.isEmpty ? "" : " " + mark) }
}
