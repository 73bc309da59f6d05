import Foundation
import Testing

/// The words of the project: American spelling, and the field's terms instead of invented ones.
@Suite struct StyleTests {
  /// What no file contains, with the term to use instead.
  private static let replacements: [(pattern: String, instead: String)] = [
    (#"\b[Ss]hall\b"#, "must, will"),
    (#"\b(patch|image) words?\b"#, "patch tokens, image tokens"),
    (#"\b([Ff]eels?|[Ff]elt|[Ff]eeling)\b"#, "proprioception"),
    (#"\b[Tt]runks?\b"#, "backbone"),
    (#"\b[Ll]ikeliest\b"#, "greedy"),
    (#"\b(askers?|crew|lookers?|firstLook)\b"#, "queries, thread pool, rollouts, attention"),
    (#"\b([Bb]ent|[Bb]ends?)\b"#, "nonlinearity, activation, adapted"),
    (#"\b[Ss]poken\b|SpokenActionHead"#, "autoregressive"),
    (#"withoutNumbers|meanOfWords"#, "uninitialized, meanOfTokens"),
    (#"roundingError"#, "quantizationError"),
    (#"\b(flaw|flaws|worst[A-Z]\w*)\b"#, "validationError, maximumError"),
    (#"\bexecuted:"#, "executionHorizon:"),
    (#"\b[Dd]eaf\b"#, "text-ablated, without the instruction"),
    (#"\bgoes on (to|with|by)\b"#, "resumes, continues"),
    (#"(?<!there )\bis none\b"#, "a plain statement"),
    (#"\bdata sets?\b"#, "dataset"),
    (
      #"\w*(colour|normalis|optimis|initialis|neighbour|behaviour|recognis|summaris|organis|favour)"#,
      "American spelling"
    ),
    (#"\b(grey|centre)\b"#, "gray, center"),
  ]

  private static let files: [String] = {
    let folders = ["Sources", "Lessons", "Tests", "Notebooks-as-scripts", ".github"]
    let found = folders.flatMap { folder -> [String] in
      let url = checkout.appendingPathComponent(folder)
      let names = FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String }
      return (names ?? []).map { "\(folder)/\($0)" }
    }
    let kinds = ["swift", "md", "c", "h", "yml"]
    return ["README.md", "Package.swift"]
      + found.filter { kinds.contains(($0 as NSString).pathExtension) }
      .filter { !$0.hasSuffix("StyleTests.swift") }.sorted()
  }()

  @Test("the words that the style replaces are in no file")
  func words() throws {
    let patterns = try Self.replacements.map {
      (try NSRegularExpression(pattern: $0.pattern), $0.instead)
    }
    var found: [String] = []
    for file in Self.files {
      let text = try String(contentsOf: checkout.appendingPathComponent(file), encoding: .utf8)
      for (pattern, instead) in patterns {
        for match in pattern.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
          guard let range = Range(match.range, in: text) else { continue }
          let line = text[..<range.lowerBound].count { $0 == "\n" } + 1
          found.append("\(file):\(line): \(text[range]) → \(instead)")
        }
      }
    }
    let report = found.joined(separator: "\n")
    #expect(found.isEmpty, "\(report)")
    #expect(Self.files.count > 100)
  }
}
