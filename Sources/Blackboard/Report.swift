import Foundation

/// What a lesson found, for a program to read: one JSON object on one line.
struct Report: Encodable {
  struct Entry: Encodable {
    let label: String
    let shape: [Int]
    let milliseconds: Double
  }
  let lesson: Int
  let title: String
  let file: String
  let trace: [Entry]
  let results: [String: Double?]
  let seconds: Double

  /// Sorted keys. A result that is not finite is null, for JSON knows no other numbers.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings, finite numbers and lists of them always encode.
    return String(decoding: try! encoder.encode(self), as: UTF8.self)
  }
}
