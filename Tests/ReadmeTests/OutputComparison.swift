import Foundation

/// Compares the output of a program with the output that README shows.
///
/// Words, shapes (`[64, 48]`, `8×8`) and numbers joined to letters must be equal. Other numbers may
/// differ by 2 % or by one unit in the last decimal shown; below 0.001 all numbers count as zero.
/// Ignored: times (`3.1 ms`, `<0.01 ms`, `1 min 20 s`), rates (`900 frames/s`), the length of bars of
/// block characters (the number beside a bar counts), and alignment: spaces, and the line breaks
/// inside a paragraph, since a long time widens its column and moves the line breaks of a note.
enum OutputComparison {
  /// One sentence for each paragraph that differs; empty if both outputs agree.
  static func differences(shown: String, actual: String) -> [String] {
    let (shown, actual) = (paragraphs(shown), paragraphs(actual))
    var differences = zip(shown, actual).compactMap { shown, actual in
      same(tokens(shown), tokens(actual)) ? nil : difference(shown, actual)
    }
    if shown.count != actual.count {
      differences.append("\(shown.count) paragraphs are shown, \(actual.count) are printed")
    }
    return differences
  }

  /// The parts between empty lines.
  private static func paragraphs(_ text: String) -> [String] {
    text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .split(separator: "").map { $0.joined(separator: "\n") }
  }

  /// The first line that differs, or both paragraphs if their lines are broken in other places.
  private static func difference(_ shown: String, _ actual: String) -> String {
    let lines = [shown, actual].map { $0.components(separatedBy: "\n") }
    let pair = zip(lines[0], lines[1]).first { !same(tokens($0), tokens($1)) }
    guard lines[0].count == lines[1].count, let pair else {
      return "README shows:\n\(shown)\nthe program prints:\n\(actual)"
    }
    return "README shows «\(pair.0)», the program prints «\(pair.1)»"
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

  /// Splits text into tokens. At each position the first pattern that matches is taken.
  static func tokens(_ text: String) -> [Token] {
    var tokens: [Token] = []
    var rest = text[...]
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

  /// Excludes the digits of a name such as `03-CrossAttentionFusion.swift` or `32-bin`.
  private static var numberPattern:
    Regex<(Substring, Substring, Substring?, Substring?, Substring?)>
  {
    #/([-+−]?\d+((?:,\d{3})+)?(?:\.(\d+))?([eE][-+]?\d+)?)(?![\w]|[-.]\w)/#
  }
}
