// What the kept groups did, as one table of decisions to learn from. Every decision of a rollout bears
// the rollout's advantage: which of them was the good one, only many rollouts together can tell.
//
// Two kinds of tokens do not count: those of steps after the end, and those of dimensions that never
// moved in the demonstrations (the toy arm's wrist). These have nothing to choose, and learning from
// their chance draws would be learning from noise.
//
// N decisions in all, S state numbers, K steps in a chunk, A action dimensions

import Tensors

struct Experience {
  let states: Tensor  // [N, S]
  let bins: [Int]  // N·K·A
  let logProbabilities: Tensor  // [N, K, A], when the bins were drawn
  let advantages: Tensor  // [N, 1, 1]
  let mask: Tensor  // [N, K, A], 1 for a token that counts

  var count: Int { states.dim(0) }

  /// - Parameter moves: whether each dimension moved in the demonstrations, A.
  init(joining groups: [RolloutGroup], moves: [Bool]) {
    states = .concatenated(groups.map(\.states), axis: 0)  // → [N, S]
    bins = groups.flatMap(\.bins)
    logProbabilities = .concatenated(groups.map(\.logProbabilities), axis: 0)  // → [N, K, A]
    let counts = Tensor(moves.map { $0 ? 1 : 0 }, shape: [moves.count])
    mask = .concatenated(groups.map(\.mask), axis: 0) * counts  // [N, K, 1] · [A] → [N, K, A]
    let each = groups.flatMap { group in
      let advantages = GroupAdvantage(rewards: group.rewards).advantages  // G numbers
      return group.rollout.map { advantages[$0] }
    }
    advantages = Tensor(each, shape: [each.count, 1, 1])
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
