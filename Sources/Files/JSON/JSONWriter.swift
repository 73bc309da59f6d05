import Foundation

/// How values become JSON: keys sorted, so that equal values are equal text.
public enum JSONWriter {
  /// - Parameter spaced: on many lines, for files that people read too; else on one line.
  /// - Throws: `EncodingError` for numbers that JSON cannot hold, NaN and infinity.
  public static func text(_ value: some Encodable, spaced: Bool = true) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      spaced
      ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      : [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// `text` as a JSON string with its quotes, as Python's `json` and safetensors write it.
  public static func quoted(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": json += "\\\""
      case "\\": json += "\\\\"
      case "\n": json += "\\n"
      case "\r": json += "\\r"
      case "\t": json += "\\t"
      case "\u{8}": json += "\\b"
      case "\u{C}": json += "\\f"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }
}

extension Encodable {
  /// Writes this value to `file` as JSON on several lines, complete or not at all.
  ///
  /// - Throws: ``FileWriteError``, or `EncodingError` for NaN and infinity.
  public func write(to file: URL) throws {
    try Data((JSONWriter.text(self) + "\n").utf8).writeAtomically(to: file)
  }
}
