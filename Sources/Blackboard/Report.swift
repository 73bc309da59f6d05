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
  let results: [String: Double]
  let seconds: Double

  /// Sorted keys; a number that is not finite becomes a string, for JSON knows no other.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    // Strings, numbers and lists of them always encode.
    return String(decoding: try! encoder.encode(self), as: UTF8.self)
  }
}
