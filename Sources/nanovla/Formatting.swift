import Foundation

/// 7541237184 → "7,541,237,184"
func grouped(_ number: Int) -> String {
  var digits = String(number.magnitude)
  var place = digits.count - 3
  while place > 0 {
    digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
    place -= 3
  }
  return (number < 0 ? "-" : "") + digits
}

/// 15082474368 → "15.08 GB"; decimal units, as disks and model hubs use them.
func size(_ bytes: Int) -> String {
  let units = ["bytes", "kB", "MB", "GB", "TB"]
  var (value, unit) = (Double(bytes), 0)
  while value >= 999.995, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
  return unit == 0 ? "\(bytes) bytes" : String(format: "%.2f ", value) + units[unit]
}

/// Text from a file, made safe to print on one line: control characters are replaced.
func oneLine(_ text: String) -> String {
  String(
    String.UnicodeScalarView(
      text.unicodeScalars.prefix(200).map {
        $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
      }))
}

/// Prints one line of JSON with sorted keys.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
