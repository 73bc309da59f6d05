import Foundation

/// The results of a lesson as one JSON object on one line, for `--json`.
struct Report: Encodable {
  struct Entry: Encodable {
    let label: String
    let shape: [Int]
    let milliseconds: Double
  }
  /// Nil, and without a key, for a notebook.
  let lesson: Int?
  let title: String
  let file: String
  let trace: [Entry]
  let results: [String: Double?]
  /// The lower and the upper end of each result's band, of those that have one.
  let bands: [String: [Double?]]
  /// With `--charts`: for each chart's file and curve, its points [x, y].
  let charts: [String: [String: [[Double]]]]?
  let seconds: Double

  /// Keys are sorted. A result that is not finite is null, since JSON has finite numbers only.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Cannot throw: all numbers are finite.
    return String(decoding: try! encoder.encode(self), as: UTF8.self)
  }
}
