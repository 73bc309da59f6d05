/// A piece of HTML, in which all text from elsewhere is escaped.
///
/// It is written as a string literal. A `String` that is interpolated is escaped, an `HTML` is not,
/// so no text can become markup by being forgotten:
///
///     let name = "a < b"
///     let cell: HTML = "<td>\(name)</td>"  // <td>a &lt; b</td>
struct HTML: ExpressibleByStringInterpolation, Equatable {
  private(set) var text: String

  init(stringLiteral text: String) { self.text = text }
  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  /// `text` as HTML that shows it, inside of an element or of a quoted attribute. Control
  /// characters, which HTML does not allow, become "�".
  init(escaping text: some StringProtocol) {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}"..."\u{FFFF}": escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    self.text = escaped
  }

  static func + (first: HTML, second: HTML) -> HTML { "\(first)\(second)" }
  static func += (first: inout HTML, second: HTML) { first.text += second.text }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""
    init(literalCapacity: Int, interpolationCount: Int) {}
    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ html: HTML) { text += html.text }
    mutating func appendInterpolation(_ text: some StringProtocol) {
      self.text += HTML(escaping: text).text
    }
    mutating func appendInterpolation(_ number: Int) { text += "\(number)" }
    mutating func appendInterpolation(_ list: [HTML]) { list.forEach { text += $0.text } }
  }
}
