// Rollouts: let the policy try, many times at once, and note what it saw, chose and got.
//
// Why: imitation knows only what the expert did. A policy that draws its actions, at temperature T,
// does something else each time; some of it works better than what it would do by itself. The world
// says only how it ended: 1 for success, 0 for anything else. No step of the way is judged.
//
// Rollouts come in groups of G that begin alike: same scene, same instruction, other draws. All run
// in step, half of the groups on each thread, so that the network sees a batch. A chunk of K actions
// is carried out blindly. An episode may end in the middle of one: what was planned for afterwards
// never happened, and its mask is 0.
//
// G rollouts of a start, N decisions in all, S state numbers, K steps in a chunk, A action dimensions
//
// Reference: Li et al., "SimpleVLA-RL" (2025), section 3.1 and 3.2.

import Tabletop
import Tensors

/// What one group did: decisions of all its G rollouts, one below the other.
public struct RolloutGroup {
  /// Of the start that its rollouts share.
  public let seed: UInt64
  /// 1 for success, else 0: G numbers.
  public let rewards: [Float]
  /// Actions that were carried out: G numbers.
  public let steps: [Int]
  /// What the head was told at each decision, [N, S]: the backbone is frozen, its pictures can go.
  public let states: Tensor
  /// What it chose, N·K·A bins.
  public let bins: [Int]
  /// ln p of those, when they were drawn, [N, K, A].
  public let logProbabilities: Tensor
  /// 1 for a step that was carried out, 0 for one after the end, [N, K, 1].
  public let mask: Tensor
  /// Which rollout each decision belongs to: N numbers below G.
  public let rollout: [Int]

  public var successes: Int { rewards.count { $0 == 1 } }
  /// Whether some rollouts went better than others.
  public var hasSignal: Bool { GroupAdvantage(rewards: rewards).hasSignal }
}

/// Collects groups of rollouts with a policy that draws its actions.
public struct Rollouts: Sendable {
  public var suite: Suite
  /// G, at least 2.
  public var groupSize: Int
  /// T, above 0.
  public var temperature: Float

  public init(suite: Suite = .object, groupSize: Int = 8, temperature: Float = 1) {
    guard groupSize >= 2, temperature > 0 else {
      fatalError("Rollouts: groups of \(groupSize) at T = \(temperature), at least 2 and above 0")
    }
    (self.suite, self.groupSize, self.temperature) = (suite, groupSize, temperature)
  }

  /// One group for each start of `seeds`, in their order.
  /// - Parameters:
  ///   - head: of the policy; it has to choose among bins.
  ///   - draw: fixes what is drawn. A group's draws depend on no other group.
  /// - Throws: ``InstructionError`` or ``ActionError`` if the policy does not fit the suite's robot.
  public func callAsFunction(
    _ policy: VLA, _ head: TokenHead, seeds: [UInt64], draw: UInt64
  ) throws -> [RolloutGroup] {
    try ActionSpace.tabletop.check(matches: policy.space)
    return try inShards(of: seeds.count) { part in
      withoutGradient {
        Result {
          var groups = try part.map { i in
            var mixed = SeededRandom(seed: draw &+ UInt64(i))
            return try Attempts(
              seed: seeds[i], random: SeededRandom(seed: mixed.next()), rollouts: self, policy)
          }
          while case let active = groups.indices.filter({ groups[$0].isRunning }), !active.isEmpty {
            try step(&groups, active, policy, head)
          }
          return groups.map { $0.group(head, temperature: temperature) }
        }
      }
    }.flatMap { try $0.get() }
  }

  /// One decision of every arm that still runs, and the K steps that follow from it.
  private func step(
    _ groups: inout [Attempts], _ active: [Int], _ policy: VLA, _ head: TokenHead
  ) throws {
    let windows = active.flatMap { groups[$0].look() }
    let instructions = active.flatMap { groups[$0].instructions }
    let states = try policy.state(of: windows, instructions: instructions)  // → [n, S]
    var first = 0
    for i in active {
      let rows = first..<first + groups[i].lookers
      let seen = states.sliced(axis: 0, rows)  // [n, S] → [lookers, S]
      try groups[i].act(on: seen, policy, head, temperature)
      first = rows.upperBound
    }
  }
}
