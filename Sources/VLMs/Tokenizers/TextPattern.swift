/// A regular expression over code points, as tokenizers use them.
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+        (GPT-2)
///
/// It is compiled into a list of small steps, and the search tries each step at each position of the
/// text at most once. So the time is bounded by pattern × text for every file and every text; a
/// backtracking engine can take time exponential in the text. Patterns that need more (back
/// references, possessive loops, loops inside a look-ahead) are refused.
///
/// - Reference: Thompson, "Regular Expression Search Algorithm" (1968).
struct TextPattern: Sendable {
  enum Step: Sendable {
    /// Matches one code point of the set; looking it up takes some steps of a search.
    case one(ScalarSet, cost: Int)
    /// Tries `first`, then `second` if no match continues from there.
    case either(first: Int, second: Int)
    case jump(Int)
    /// A look-ahead: tests whether the steps up to `found` match here, then continues at `next`.
    case ahead(isWanted: Bool, next: Int)
    case found
  }
  private(set) var steps: [Step] = []

  struct Failure: Error { let reason: String }

  /// Finds `literal` itself.
  init(literal: Scalars) throws(Failure) {
    try self.init(.sequence(literal.map { .one(.one($0)) }))
  }

  /// Finds runs of each of the sets.
  init(runsOf sets: [ScalarSet]) {
    let runs = sets.map { PatternExpression.loop(.one($0), times: 1...Int.max, isGreedy: true) }
    try! self.init(.choice(runs))
  }

  init(_ pattern: String) throws(Failure) { try self.init(PatternReader.read(pattern)) }

  private init(_ expression: PatternExpression) throws(Failure) {
    guard !expression.mayBeEmpty else { throw Failure(reason: "it would match empty text") }
    try append(expression)
    steps.append(.found)
  }

  private mutating func append(_ expression: PatternExpression) throws(Failure) {
    guard steps.count < 1000 else { throw Failure(reason: "it has more than 1000 steps") }
    switch expression {
    case .one(let set):
      steps.append(.one(set, cost: set.cost))
    case .sequence(let parts):
      for part in parts { try append(part) }
    case .choice(let ways):
      var ends: [Int] = []
      for way in ways.dropLast() {
        let fork = reserve()
        try append(way)
        ends.append(reserve())
        steps[fork] = .either(first: fork + 1, second: steps.count)
      }
      try append(ways[ways.count - 1])
      for end in ends { steps[end] = .jump(steps.count) }
    case .ahead(let expression, let isWanted):
      guard !expression.loops else { throw Failure(reason: "a loop inside a look-ahead") }
      let ahead = reserve()
      try append(expression)
      steps.append(.found)
      steps[ahead] = .ahead(isWanted: isWanted, next: steps.count)
    case .loop(let body, let times, let isGreedy):
      guard !body.mayBeEmpty else {
        throw Failure(reason: "a loop around an expression that may match empty text")
      }
      for _ in 0..<times.lowerBound { try append(body) }
      guard times.upperBound == Int.max else {
        let forks = try (times.lowerBound..<times.upperBound).map { _ throws(Failure) in
          let fork = reserve()
          try append(body)
          return fork
        }
        for fork in forks { steps[fork] = either(fork + 1, or: steps.count, isGreedy) }
        return
      }
      let fork = reserve()
      try append(body)
      steps.append(.jump(fork))
      steps[fork] = either(fork + 1, or: steps.count, isGreedy)
    }
  }

  /// Appends a placeholder for a step that depends on where the following steps end.
  private mutating func reserve() -> Int {
    steps.append(.found)
    return steps.count - 1
  }

  private func either(_ again: Int, or done: Int, _ isGreedy: Bool) -> Step {
    isGreedy ? .either(first: again, second: done) : .either(first: done, second: again)
  }
}

/// A pattern as a tree.
indirect enum PatternExpression {
  case one(ScalarSet)
  case sequence([PatternExpression])
  case choice([PatternExpression])
  /// The upper bound of `times` is `Int.max` if there is none.
  case loop(PatternExpression, times: ClosedRange<Int>, isGreedy: Bool)
  case ahead(PatternExpression, isWanted: Bool)

  var mayBeEmpty: Bool {
    switch self {
    case .one: false
    case .sequence(let parts): parts.allSatisfy(\.mayBeEmpty)
    case .choice(let ways): ways.contains(where: \.mayBeEmpty)
    case .loop(let body, let times, _): times.lowerBound == 0 || body.mayBeEmpty
    case .ahead: true
    }
  }

  var loops: Bool {
    switch self {
    case .one: false
    case .sequence(let parts): parts.contains(where: \.loops)
    case .choice(let ways): ways.contains(where: \.loops)
    case .loop(let body, let times, _): times.upperBound == Int.max || body.loops
    case .ahead(let expression, _): expression.loops
    }
  }
}
