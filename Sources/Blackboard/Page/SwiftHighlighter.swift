/// Swift source as HTML with comments, strings, numbers, keywords and types marked.
///
/// It reads words and not grammar, which is enough for a page: what it does not know stays plain,
/// and without the tags the text is always the source, character for character.
struct SwiftHighlighter {
  private let source: [Character]
  private var position = 0

  private static let keywords: Set<String> = [
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "do",
    "else", "enum", "extension", "false", "fileprivate", "final", "for", "func", "guard", "if",
    "import", "in", "init", "inout", "internal", "is", "lazy", "let", "mutating", "nil", "private",
    "protocol", "public", "repeat", "rethrows", "return", "self", "some", "any", "static", "struct",
    "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where",
    "while", "Self", "weak", "package", "override",
  ]

  static func html(of source: String) -> HTML {
    var highlighter = SwiftHighlighter(source: Array(source))
    return highlighter.run()
  }

  private init(source: [Character]) { self.source = source }

  private func starts(with text: String, at start: Int) -> Bool {
    source[start...].starts(with: text)
  }

  private mutating func run() -> HTML {
    var html: HTML = ""
    var plain = ""
    while position < source.count {
      let start = position
      let kind = next()
      let text = String(source[start..<position])
      guard let kind else {
        plain += text
        continue
      }
      html += "\(plain)<span class=\"\(kind)\">\(text)</span>"
      plain = ""
    }
    return html + "\(plain)"
  }

  /// Moves past the next token.
  /// - Returns: the class of its element; nil for plain text.
  private mutating func next() -> String? {
    let character = source[position]
    if starts(with: "//", at: position) {
      while position < source.count, source[position] != "\n" { position += 1 }
      return "comment"
    }
    if starts(with: "/*", at: position) {
      position += 2
      while position < source.count, !starts(with: "*/", at: position) { position += 1 }
      position = min(position + 2, source.count)
      return "comment"
    }
    if character == "\"" || character == "#", skipString() { return "string" }
    if character.isASCII, character.isNumber {
      skip { $0.isLetter || $0.isNumber || $0 == "_" }
      if position + 1 < source.count, source[position] == ".", source[position + 1].isNumber {
        position += 1
        skip { $0.isLetter || $0.isNumber || $0 == "_" }
      }
      return "number"
    }
    guard character.isLetter || character == "_" else {
      position += 1
      return nil
    }
    let start = position
    skip { $0.isLetter || $0.isNumber || $0 == "_" }
    if start > 0, source[start - 1] == "." { return nil }  // a member, such as `.init`
    if Self.keywords.contains(String(source[start..<position])) { return "keyword" }
    return character.isUppercase ? "type" : nil
  }

  private mutating func skip(while isPart: (Character) -> Bool) {
    while position < source.count, isPart(source[position]) { position += 1 }
  }

  /// Moves past a string literal, with what is interpolated in it, or does nothing.
  private mutating func skipString() -> Bool {
    var start = position
    while start < source.count, source[start] == "#" { start += 1 }
    guard start < source.count, source[start] == "\"" else { return false }
    let hashes = String(repeating: "#", count: start - position)
    let isLong = starts(with: "\"\"\"", at: start)
    let (quote, escape) = ((isLong ? "\"\"\"" : "\"") + hashes, "\\" + hashes)
    position = start + (isLong ? 3 : 1)
    while position < source.count, !starts(with: quote, at: position) {
      if starts(with: escape, at: position) {
        position += escape.count
        if position < source.count, source[position] == "(" {
          skipInterpolation()
        } else {
          skipOne()
        }
      } else if source[position] == "\n", !isLong {
        return true  // not closed
      } else {
        position += 1
      }
    }
    position = min(position + quote.count, source.count)
    return true
  }

  private mutating func skipOne() { position = min(position + 1, source.count) }

  /// Moves from an opening parenthesis past the one that closes it.
  private mutating func skipInterpolation() {
    var depth = 0
    while position < source.count {
      let character = source[position]
      if character == "\"" || character == "#", skipString() { continue }
      position += 1
      depth += character == "(" ? 1 : character == ")" ? -1 : 0
      if depth == 0 { return }
    }
  }
}
