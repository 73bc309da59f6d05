/// The knobs of a lesson: the declarations from `// Knobs` in its source to the next empty line, with
/// the lines that set parts of them, such as `settings.groups = 32`.
///
/// A band of results holds for one setting of them, so they are compared as they stand in the source.
public enum Knobs {
  /// The declarations without comments, each as one line with single spaces; none if `source` has no
  /// knobs.
  public static func declarations(in source: String) -> [String] {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0.hasPrefix("// Knobs") }) else { return [] }
    var declarations: [String] = []
    for line in lines[(start + 1)...].prefix(while: { !$0.isEmpty }) {
      let code = withoutComment(line).split(separator: " ").joined(separator: " ")
      guard !code.isEmpty else { continue }
      // A declaration over several lines goes on in lines that are indented, and ends in a bracket.
      if let last = declarations.last, line.hasPrefix(" ") || code.hasPrefix("]") {
        declarations[declarations.count - 1] = "\(last) \(code)"
      } else {
        declarations.append(code)
      }
    }
    return declarations
  }

  /// The name that a declaration sets: "chunk" of `let chunk = 2`, "settings.groups".
  static func name(of declaration: String) -> String {
    let words = declaration.split(separator: " ").drop { $0 == "let" || $0 == "var" }
    return String(words.first?.prefix { $0 != ":" } ?? "")
  }

  /// "chunk = 2, bins = 32": what of `measured` is otherwise now, in at most `limit` characters.
  static func differences(from measured: [String], to present: [String], limit: Int = 100) -> String
  {
    let changed = measured.filter { !present.contains($0) }.map { declaration in
      let value = declaration.split(separator: "=", maxSplits: 1).last ?? ""
      let text = name(of: declaration) + " =" + value
      return text.count <= limit ? text : name(of: declaration) + " as it was"
    }
    // Only added: a knob that the measured lesson did not have.
    let added = present.filter { !measured.contains($0) }.map { "without \(name(of: $0))" }
    return (changed.isEmpty ? added : changed).joined(separator: ", ")
  }

  private static func withoutComment(_ line: Substring) -> Substring {
    var isText = false
    var end = line.startIndex
    while end < line.endIndex {
      if line[end] == "\"" { isText.toggle() }
      if !isText, line[end...].hasPrefix("//") { break }
      end = line.index(after: end)
    }
    return line[..<end]
  }
}
