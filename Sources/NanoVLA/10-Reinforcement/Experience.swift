import Tensors

/// What one group of rollouts did: the decisions of all its G rollouts, one below the other.
public struct RolloutGroup {
  /// The name of the initial state that its rollouts share.
  public let seed: UInt64
  /// G numbers: 1 for success, else 0.
  public let rewards: [Float]
  /// G numbers: executed actions.
  public let steps: [Int]
  public let states: Tensor  // what the head read; the backbone is frozen, so no images: [N, S]
  public let bins: [Int]  // what it chose: N·K·A
  public let logProbabilities: Tensor  // ln p of these bins when they were sampled, [N, K, A]
  public let mask: Tensor  // 1 for a step that was executed, 0 after the ending, [N, K, 1]
  public let rollout: [Int]  // the rollout of each decision: N indices below G
  /// How many of the G rollouts succeeded.
  public var successes: Int { rewards.count { $0 == 1 } }
  /// Whether some rollouts went better than others.
  public var hasSignal: Bool { GroupAdvantage(rewards: rewards).hasSignal }
}

/// The decisions of many groups as one table to learn from.
///
/// Every decision of a rollout gets the advantage of the whole rollout: which decision was the good
/// one only shows over many rollouts. Two kinds of tokens are masked: those of steps after the
/// ending, and those of dimensions that never moved in the demonstrations (the tabletop robot's
/// wrist), where samples are noise.
///
/// - Letters: N decisions in all, S state numbers, K steps in a chunk, A action dimensions.
public struct Experience {
  public let states: Tensor  // [N, S]
  public let bins: [Int]  // N·K·A
  public let logProbabilities: Tensor  // ln p of the bins when they were sampled, [N, K, A]
  public let advantages: Tensor  // [N, 1, 1]
  public let mask: Tensor  // 1 for a token that counts, [N, K, A]
  public var count: Int { states.dim(0) }  // N

  /// The decisions of one or more groups; the demonstrations' `statistics` tell the dimensions that
  /// moved, `advantages` turns a group's G rewards into G advantages.
  public init(
    joining groups: [RolloutGroup], statistics: ActionStatistics,
    advantages: ([Float]) -> [Float] = { GroupAdvantage(rewards: $0).advantages }
  ) {
    states = .stackedRows(groups.map(\.states))  // → [N, S]
      .traced("states", "what the head read at each decision")
    bins = groups.flatMap(\.bins)
    logProbabilities = .concatenated(groups.map(\.logProbabilities), axis: 0)  // → [N, K, A]
      .traced("old ln p", "of the sampled tokens, when they were sampled")
    let shown = statistics.action
    let moves = zip(shown.min, shown.max).map { $0 < $1 ? Float(1) : 0 }
    let executed = Tensor.concatenated(groups.map(\.mask), axis: 0)  // → [N, K, 1]
    mask = (executed * Tensor(moves, shape: [moves.count]))  // [N, K, 1] · [A] → [N, K, A]
      .traced("mask", "executed tokens of dimensions that move")
    let each = groups.flatMap { group in
      let ofRollouts = advantages(group.rewards)  // G numbers
      return group.rollout.map { ofRollouts[$0] }
    }
    self.advantages = Tensor(each, shape: [each.count, 1, 1])
      .traced("advantages", "of the rollout that each decision belongs to")
  }

  /// All decisions in random order, in equal batches of about `size`: a small one would weigh more.
  public func batches(of size: Int, using random: inout SeededRandom) -> [Experience] {
    random.batches(of: size, from: count).map { Experience(self, at: $0) }
  }

  /// The decisions with the given indices.
  package init(_ all: Experience, at indices: [Int]) {
    let tokens = all.bins.count / all.count  // K·A
    bins = indices.flatMap { all.bins[$0 * tokens..<($0 + 1) * tokens] }
    (states, logProbabilities, advantages, mask) = (  // [N, …] → [n, …]
      all.states.rows(at: indices), all.logProbabilities.rows(at: indices),
      all.advantages.rows(at: indices), all.mask.rows(at: indices)
    )
  }
}
