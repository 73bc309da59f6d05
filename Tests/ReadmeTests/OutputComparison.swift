import Foundation

/// Compares a program's output with the output that a page shows.
///
/// Words, shapes (`[64, 48]`, `8×8`) and numbers joined to letters must be the same. Other numbers
/// may differ by 2 %, or by one unit of the last decimal shown; below 0.001 all count as zero.
/// Ignored: times (`3.1 ms`, `<0.01 ms`, `1 min 20 s`), rates (`900 frames/s`), the length of bars drawn in
/// block characters (the number beside them counts), and how much white space aligns the columns.
enum OutputComparison {
  /// One sentence a difference, none if both say the same.
  static func differences(shown: String, actual: String) -> [String] {
    let shownLines = lines(shown)
    let actualLines = lines(actual)
    var differences: [String] = []
    for (number, (shown, actual)) in zip(shownLines, actualLines).enumerated()
    where !same(tokens(shown), tokens(actual)) {
      differences.append("line \(number + 1) shows «\(shown)», the program prints «\(actual)»")
    }
    if shownLines.count != actualLines.count {
      differences.append("\(shownLines.count) lines shown, \(actualLines.count) printed")
    }
    return differences
  }

  private static func lines(_ text: String) -> [String] {
    var lines = text.components(separatedBy: "\n").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    while lines.last == "" { lines.removeLast() }
    return lines
  }

  private static func same(_ shown: [Token], _ actual: [Token]) -> Bool {
    shown.count == actual.count && zip(shown, actual).allSatisfy { $0.agrees(with: $1) }
  }

  enum Token: Equatable {
    case text(String)
    case number(Double, decimals: Int)
    case time, bar

    func agrees(with other: Token) -> Bool {
      guard case .number(let a, let decimals) = self, case .number(let b, _) = other
      else { return self == other }
      if abs(a) < 0.001 && abs(b) < 0.001 { return true }
      let lastPlace = decimals > 0 ? pow(10, -Double(decimals)) : 0
      return abs(a - b) <= max(0.02 * abs(a), lastPlace) * 1.000_001
    }
  }

  /// Cuts a line; at each place the first pattern that matches wins.
  static func tokens(_ line: String) -> [Token] {
    var tokens: [Token] = []
    var rest = line[...]
    while !rest.isEmpty {
      if let space = rest.prefixMatch(of: #/\s+/#) {
        rest = rest[space.range.upperBound...]
      } else if let bar = rest.prefixMatch(of: #/[▀-▟]+/#) {
        tokens.append(.bar)
        rest = rest[bar.range.upperBound...]
      } else if let shape = rest.prefixMatch(of: #/\[\d+(?:, ?\d+)*\]|\d+(?:[×x]\d+)+/#) {
        tokens.append(.text(String(shape.0)))
        rest = rest[shape.range.upperBound...]
      } else if let time = rest.prefixMatch(of: timePattern) {
        tokens.append(.time)
        rest = rest[time.range.upperBound...]
      } else if let number = rest.prefixMatch(of: numberPattern) {
        let digits = number.1.replacing(",", with: "").replacing("−", with: "-")
        let fraction = number.3.map { $0.count } ?? 0
        let decimals = number.4 == nil ? fraction : 0
        tokens.append(.number(Double(digits) ?? .nan, decimals: decimals))
        rest = rest[number.1.endIndex...]
      } else if let word = rest.prefixMatch(of: #/[\w][\w.\/-]*/#) {
        tokens.append(.text(String(word.0)))
        rest = rest[word.range.upperBound...]
      } else {
        tokens.append(.text(String(rest.removeFirst())))
      }
    }
    return tokens
  }

  private static var timePattern: Regex<Substring> {
    #/<?\d[\d.,]*(?: ?(?:ns|µs|us|ms|s|min|h)\b(?: \d[\d.]* ?(?:ms|s|min)\b)*| ?[a-z]*\/s\b)/#
  }

  /// Not the digits of a name such as `03-CrossAttentionFusion.swift` or `32-bin`.
  private static var numberPattern:
    Regex<(Substring, Substring, Substring?, Substring?, Substring?)>
  {
    #/([-+−]?\d+((?:,\d{3})+)?(?:\.(\d+))?([eE][-+]?\d+)?)(?![\w]|[-.]\w)/#
  }
}
