/// Searching a text for a pattern: depth first, the preferred alternative first.
///
/// Whether a match continues from a branch depends only on the branch and the position in the text.
/// So a branch that has failed at a position is never tried there again, and the time is bounded by
/// pattern × text.
extension TextPattern {
  /// All matches from left to right; none is empty and none overlap.
  /// - Throws: ``TokenizerError`` as soon as `budget` is used up.
  func matches(
    in text: Scalars, within budget: TextBudget
  ) throws(TokenizerError) -> [Range<Int>] {
    try budget.spend(steps.count * (text.count + 1) / 64)
    var search = Search(steps: steps, text: text, budget: budget)
    var matches: [Range<Int>] = []
    var start = 0
    while start < text.count {
      if let end = try search.end(from: 0, at: start) {
        matches.append(start..<end)
        start = end
      } else {
        start += 1
      }
    }
    return matches
  }
}

private struct Search {
  let steps: [TextPattern.Step]
  let text: Scalars
  let budget: TextBudget
  /// One bit per step and position: set if no match continues from there.
  private var failed: [UInt64]

  init(steps: [TextPattern.Step], text: Scalars, budget: TextBudget) {
    (self.steps, self.text, self.budget) = (steps, text, budget)
    failed = Array(repeating: 0, count: steps.count * (text.count + 1) / 64 + 1)
  }

  /// An alternative still to try; or a branch below its alternatives on the stack, which is popped
  /// when all of them have failed.
  private struct Alternative {
    let step, position: Int
    var isTriedBranch = false
  }

  /// The end of a match that starts with `step` at `position`.
  mutating func end(from step: Int, at position: Int) throws(TokenizerError) -> Int? {
    var stack = [Alternative(step: step, position: position)]
    while let alternative = stack.popLast() {
      if alternative.isTriedBranch {
        let (word, bit) = bit(alternative.step, alternative.position)
        failed[word] |= bit
      } else if let end = try follow(alternative, &stack) {
        return end
      }
    }
    return nil
  }

  /// Follows one alternative until it matches or fails, and pushes the others onto the stack.
  private mutating func follow(
    _ alternative: Alternative, _ stack: inout [Alternative]
  ) throws(TokenizerError) -> Int? {
    var (step, position) = (alternative.step, alternative.position)
    while true {
      switch steps[step] {
      case .one(let set, let cost):
        try budget.spend(cost)
        guard position < text.count, set.contains(text[position]) else { return nil }
        (step, position) = (step + 1, position + 1)
      case .either(let first, let second):
        try budget.spend(1)
        let (word, bit) = bit(step, position)
        guard failed[word] & bit == 0 else { return nil }
        stack.append(Alternative(step: step, position: position, isTriedBranch: true))
        stack.append(Alternative(step: second, position: position))
        step = first
      case .jump(let next):
        step = next
      case .ahead(let isWanted, let next):
        guard try (end(from: step + 1, at: position) != nil) == isWanted else { return nil }
        step = next
      case .found:
        return position
      }
    }
  }

  private func bit(_ step: Int, _ position: Int) -> (word: Int, bit: UInt64) {
    let number = step * (text.count + 1) + position
    return (number / 64, 1 << UInt64(number % 64))
  }
}
