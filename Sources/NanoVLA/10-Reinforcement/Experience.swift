// What the kept groups did, as one table of decisions to learn from. Every decision of a rollout bears
// the rollout's advantage: which of them was the good one, only many rollouts together can tell.
//
// Two kinds of tokens do not count: those of steps after the end, and those of dimensions that never
// moved in the demonstrations (the toy arm's wrist). These have nothing to choose, and learning from
// their chance draws would be learning from noise.
//
// N decisions in all, S state numbers, K steps in a chunk, A action dimensions

import Tensors

public struct Experience {
  public let states: Tensor  // [N, S]
  public let bins: [Int]  // N·K·A
  public let logProbabilities: Tensor  // [N, K, A], when the bins were drawn
  public let advantages: Tensor  // [N, 1, 1]
  public let mask: Tensor  // [N, K, A], 1 for a token that counts

  public var count: Int { states.dim(0) }

  /// - Parameters:
  ///   - groups: at least one.
  ///   - statistics: of the demonstrations. They tell which dimensions moved.
  ///   - worth: from what each of a group's G rollouts earned to its advantage, G numbers.
  public init(
    joining groups: [RolloutGroup], statistics: ActionStatistics,
    worth: ([Float]) -> [Float] = { GroupAdvantage(rewards: $0).advantages }
  ) {
    states = .concatenated(groups.map(\.states), axis: 0)  // → [N, S]
    bins = groups.flatMap(\.bins)
    logProbabilities = .concatenated(groups.map(\.logProbabilities), axis: 0)  // → [N, K, A]
    let shown = statistics.action
    let moves = zip(shown.min, shown.max).map { $0 < $1 ? Float(1) : 0 }
    mask =
      .concatenated(groups.map(\.mask), axis: 0)  // → [N, K, 1]
      * Tensor(moves, shape: [moves.count])  // [N, K, 1] · [A] → [N, K, A]
    let each = groups.flatMap { group in
      let advantages = worth(group.rewards)  // G numbers
      return group.rollout.map { advantages[$0] }
    }
    advantages = Tensor(each, shape: [each.count, 1, 1])
  }

  /// All decisions in a random order, cut into batches of nearly `size`: as many as fit best, all
  /// alike, so that no small rest weighs too much.
  public func batches(of size: Int, using random: inout SeededRandom) -> [Experience] {
    let order = random.shuffled(Array(0..<count))
    let batches = max(1, (count + size / 2) / size)
    return (0..<batches).map { batch in
      rows(at: Array(order[batch * count / batches..<(batch + 1) * count / batches]))
    }
  }

  /// The decisions numbered `indices`.
  func rows(at indices: [Int]) -> Experience { Experience(self, indices) }

  private init(_ all: Experience, _ indices: [Int]) {
    func pick(_ x: Tensor) -> Tensor {
      x.reshaped([x.dim(0), -1]).rows(at: indices)  // [N, …] → [n, the rest in one axis]
        .reshaped([indices.count] + x.shape.dropFirst())  // → [n, …]
    }
    let tokens = all.bins.count / all.count  // K·A
    bins = indices.flatMap { all.bins[$0 * tokens..<($0 + 1) * tokens] }
    (states, logProbabilities) = (pick(all.states), pick(all.logProbabilities))
    (advantages, mask) = (pick(all.advantages), pick(all.mask))
  }
}
