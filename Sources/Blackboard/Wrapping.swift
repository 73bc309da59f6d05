extension String {
  /// Lines of at most `width` characters, broken at spaces. A longer word is cut.
  /// - Parameter hanging: the number of spaces before each line except the first.
  func wrapped(to width: Int, hanging: Int = 0) -> [String] {
    let width = max(width, hanging + 1)
    let indent = String(repeating: " ", count: hanging)
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count <= width {
        line += " " + word
        continue
      }
      if !line.isEmpty { lines.append(line) }
      line = lines.isEmpty ? "" : indent
      var rest = word
      while line.count + rest.count > width {
        lines.append(line + rest.prefix(width - line.count))
        rest = rest.dropFirst(width - line.count)
        line = indent
      }
      line += rest
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// The lines of paragraphs, which an empty line separates. Within a paragraph a line break counts
  /// as a space, but a line that begins with a space, such as a formula, stays a line of its own.
  package func paragraphs(width: Int) -> [String] {
    var lines: [String] = []
    var pending = ""
    func endParagraph() {
      lines += pending.wrapped(to: width)
      pending = ""
    }
    for line in split(separator: "\n", omittingEmptySubsequences: false) {
      if line.allSatisfy({ $0 == " " }) {
        endParagraph()
        if lines.last != "" { lines.append("") }
      } else if line.first == " " {
        endParagraph()
        let indent = String(line.prefix { $0 == " " })
        let parts = String(line).wrapped(to: max(width - indent.count, 3), hanging: 2)
        lines += line.count <= width ? [String(line)] : parts.map { indent + $0 }
      } else {
        pending += " " + line
      }
    }
    endParagraph()
    return lines
  }

  /// This string with spaces up to `width` characters.
  /// - Parameter atRight: if true, the spaces come first.
  func padded(to width: Int, atRight: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - count))
    return atRight ? space + self : self + space
  }
}
