// The advantage of a rollout: how much better it went than the other attempts at the very same thing.
//
// Why: a reward of 1 says little by itself. On an easy layout every attempt earns it, on a hard one it
// is a feat. So the same start is tried G times, and each attempt is compared with the group:
//
//     A = (r − mean r) / (std r + 10⁻⁶)        std with G − 1 below the sum
//
// One success among eight weighs +2.47, each failure −0.35. No second network has to guess what a
// state is worth. And where all attempts end alike there is nothing to compare: every A is 0, the
// group has no signal and is left out ("dynamic sampling").
//
// G  rollouts of one start
//
// Reference: Shao et al., "DeepSeekMath" (2024), section 4.1 (GRPO); Yu et al., "DAPO" (2025), section
// 3.2 (dynamic sampling). SimpleVLA-RL keeps groups whose success lies in 0.1 … 0.9, which for G = 8
// are the same groups.

/// G rollouts of one start, compared with each other.
public struct GroupAdvantage: Sendable, Equatable {
  /// What each rollout earned: G numbers.
  public let rewards: [Float]
  /// How much better than the group each rollout went: G numbers, which add up to 0.
  public let advantages: [Float]

  /// - Parameter rewards: at least two; fewer have no spread.
  public init(rewards: [Float]) {
    guard rewards.count >= 2, rewards.allSatisfy(\.isFinite) else {
      fatalError("GroupAdvantage: rewards \(rewards), at least two finite numbers")
    }
    self.rewards = rewards
    let G = Float(rewards.count)
    let mean = rewards.reduce(0, +) / G
    let squares = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / (G - 1)).squareRoot()
    advantages = rewards.map { ($0 - mean) / (deviation + 1e-6) }
  }

  /// Whether some went better than others. All-fail and all-success groups are dropped.
  public var hasSignal: Bool { rewards.contains { $0 != rewards[0] } }
}
