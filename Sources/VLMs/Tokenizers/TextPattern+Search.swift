// Finding a pattern in a text: depth first, the preferred way first, and no fork at the same place
// twice. Whether a match goes on from a fork depends on the fork and the place alone, so what has
// failed once need not be tried again, from wherever it is reached.

extension TextPattern {
  /// All matches from left to right, none empty, none over another.
  func matches(in text: Scalars) -> [Range<Int>] {
    var search = Search(steps: steps, text: text)
    var matches: [Range<Int>] = []
    var start = 0
    while start < text.count {
      if let end = search.end(from: 0, at: start) {
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
  /// One bit for each step and place: no match goes on from there.
  private var failed: [UInt64]

  init(steps: [TextPattern.Step], text: Scalars) {
    (self.steps, self.text) = (steps, text)
    failed = Array(repeating: 0, count: steps.count * (text.count + 1) / 64 + 1)
  }

  /// A way still to try; or a fork below its ways in the stack, which thus comes to light when all
  /// of them have failed.
  private struct Way {
    let step, place: Int
    var isTriedFork = false
  }

  /// Where a match that starts with `step` at `place` ends.
  mutating func end(from step: Int, at place: Int) -> Int? {
    var stack = [Way(step: step, place: place)]
    while let way = stack.popLast() {
      if way.isTriedFork {
        let (word, bit) = bit(way.step, way.place)
        failed[word] |= bit
      } else if let end = follow(way, &stack) {
        return end
      }
    }
    return nil
  }

  /// Goes one way until it matches or fails, and leaves the other ways on the stack.
  private mutating func follow(_ way: Way, _ stack: inout [Way]) -> Int? {
    var (step, place) = (way.step, way.place)
    while true {
      switch steps[step] {
      case .one(let set):
        guard place < text.count, set.contains(text[place]) else { return nil }
        (step, place) = (step + 1, place + 1)
      case .either(let first, let second):
        let (word, bit) = bit(step, place)
        guard failed[word] & bit == 0 else { return nil }
        stack.append(Way(step: step, place: place, isTriedFork: true))
        stack.append(Way(step: second, place: place))
        step = first
      case .jump(let next):
        step = next
      case .ahead(let isWanted, let next):
        guard (end(from: step + 1, at: place) != nil) == isWanted else { return nil }
        step = next
      case .found:
        return place
      }
    }
  }

  private func bit(_ step: Int, _ place: Int) -> (word: Int, bit: UInt64) {
    let number = step * (text.count + 1) + place
    return (number / 64, 1 << UInt64(number % 64))
  }
}
