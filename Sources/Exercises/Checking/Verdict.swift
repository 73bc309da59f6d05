/// What the check of an exercise has found.
public enum Verdict: Equatable {
  /// All calls gave the right answers.
  case right(calls: Int)
  /// One call gave a wrong answer.
  /// - Parameters:
  ///   - inputs: the shapes of the call.
  ///   - mistakes: known mistakes that give exactly these numbers.
  case wrong(inputs: String, difference: Difference, mistakes: [String])

  /// Whether all answers are right.
  public var isRight: Bool { if case .right = self { true } else { false } }

  /// What a student reads, several lines.
  public var text: String {
    switch self {
    case .right(let calls):
      return "passed: shapes and values of \(calls) calls are right\n"
    case .wrong(let inputs, let difference, let mistakes):
      var lines = [
        "not yet: an answer is wrong", "  inputs    \(inputs)",
        "  expected  \(difference.expected)", "  found     \(difference.found)",
      ]
      if !mistakes.isEmpty {
        lines += mistakes.map { "  mistake   \($0)" }
      } else if !difference.relation.isEmpty {
        lines.append("  clue      \(difference.relation)")
      }
      return lines.joined(separator: "\n") + "\n"
    }
  }
}
