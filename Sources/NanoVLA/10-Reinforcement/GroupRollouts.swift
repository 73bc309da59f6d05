import Tensors

/// Group rollouts: G rollouts of each of many initial states with sampled actions, recorded.
///
/// Imitation knows only what the expert did. A policy that samples its actions, at temperature T,
/// does something else each time, and some of it works better than its greedy choice. The
/// environment only says how each episode ended: reward 1 for success, 0 for anything else.
///
/// An episode may end in the middle of a chunk: the rest is not executed, and its mask is 0.
///
/// - Letters: G rollouts of an initial state, N decisions of all of them, S state numbers, K steps
///   in a chunk, A action dimensions.
/// - Reference: Li et al., "SimpleVLA-RL" (2025), §3.1 and §3.2.
public struct GroupRollouts {
  public var environment: any Environment
  public var groupSize: Int  // G, at least 2
  public var temperature: Float  // T, above 0

  /// Groups of `groupSize` rollouts in `environment`, of which each rollout gets a copy.
  public init(in environment: any Environment, groupSize: Int = 8, temperature: Float = 1) {
    guard groupSize >= 2, temperature > 0 else {
      fatalError(
        "GroupRollouts: \(groupSize) rollouts (at least 2) at T = \(temperature) (above 0)")
    }
    (self.environment, self.groupSize, self.temperature) = (environment, groupSize, temperature)
  }

  /// One group for each initial state of `seeds`, in their order; half of them on each thread.
  /// `draw` is the seed of the sampling; the samples of a group depend on no other group.
  /// - Throws: as ``ClosedLoop`` does.
  public func callAsFunction(
    _ policy: VLA, _ head: any TokenPolicyHead, seeds: [UInt64], draw: UInt64
  ) throws -> [RolloutGroup] {
    try environment.space.check(matches: policy.space)
    return try inShards(of: seeds.count, ofAtMost: environment.concurrency / groupSize) { part in
      withoutGradient { Result { try run(policy, head, seeds: seeds, part, draw) } }
    }.flatMap { try $0.get() }
  }

  private func run(
    _ policy: VLA, _ head: any TokenPolicyHead, seeds: [UInt64], _ part: Range<Int>, _ draw: UInt64
  ) throws -> [RolloutGroup] {
    var records = part.map { Record(seed: draw &+ UInt64($0)) }
    var rollouts: [Rollout] = []
    for i in part {
      var first = try Rollout(in: environment, seed: seeds[i], history: policy.history)
      try first.observe()
      rollouts += try [first] + (1..<groupSize).map { _ in try first.sibling() }
    }
    try RolloutWorker()(&rollouts) { rollouts, deciding in
      let groups = Dictionary(grouping: deciding) { $0 / groupSize }.sorted { $0.key < $1.key }
      // Before the first decision all of a group observe the same: it is encoded once.
      let encoded = groups.map { g, members in
        records[g].states.isEmpty ? Array(members.prefix(1)) : members
      }
      let states = try policy.finite {
        try policy.state(of: encoded.flatMap { $0.map { rollouts[$0] } })  // → [n, S]
      }
      var row = 0
      for ((g, members), rows) in zip(groups, encoded.map(\.count)) {
        let each = members.indices.map { rows == 1 ? row : row + $0 }
        try records[g].decide(
          for: members, of: &rollouts, states.rows(at: each), policy, head, temperature)
        row += rows
      }
    }
    return records.enumerated().map { g, record in
      let members = g * groupSize..<(g + 1) * groupSize
      return record.group(rollouts, members, head, temperature)
    }
  }
}

/// What a group decides, while it runs.
private struct Record {
  var states: [Tensor] = []
  private var bins: [Int] = []
  private var decisions: [(rollout: Int, step: Int)] = []  // step: actions executed by then
  private var random: SeededRandom

  init(seed: UInt64) {
    var mixed = SeededRandom(seed: seed)
    random = SeededRandom(seed: mixed.next())
  }

  /// Samples a chunk for each rollout of `members`. `state`: [n, S]
  mutating func decide(
    for members: [Int], of rollouts: inout [Rollout], _ state: Tensor, _ policy: VLA,
    _ head: any TokenPolicyHead, _ temperature: Float
  ) throws {
    let A = head.dimensions
    let chosen = try policy.finite {
      head.bins(for: state, temperature: temperature, using: &random)  // n·K·A bins
    }
    states.append(state)
    bins += chosen
    decisions += members.map { ($0, rollouts[$0].steps) }
    for (row, i) in members.enumerated() {
      rollouts[i].plan = try (0..<head.chunk).map { k in
        let first = (row * head.chunk + k) * A
        let action = chosen[first..<first + A].map { head.value(of: $0) }
        return try policy.statistics.robotAction(NormalizedAction(action))
      }
    }
  }

  func group(
    _ rollouts: [Rollout], _ members: Range<Int>, _ head: any TokenPolicyHead, _ temperature: Float
  ) -> RolloutGroup {
    let (states, K) = (Tensor.stackedRows(self.states), head.chunk)  // → [N, S]
    let mask = decisions.flatMap { decision in
      (0..<K).map { decision.step + $0 < rollouts[decision.rollout].steps ? Float(1) : 0 }
    }
    return RolloutGroup(
      seed: rollouts[members.lowerBound].seed,
      rewards: rollouts[members].map { $0.ending == .success ? 1 : 0 },
      steps: rollouts[members].map(\.steps), states: states, bins: bins,
      logProbabilities: head.logProbabilities(of: bins, for: states, temperature: temperature),
      mask: Tensor(mask, shape: [decisions.count, K, 1]),
      rollout: decisions.map { $0.rollout - members.lowerBound })
  }
}
