/// Group-relative advantage: how much better a rollout went than others from its initial state.
///
/// A reward of 1 says little by itself: from an easy initial state all earn it, from a hard one few
/// do. So each rollout is compared with its group of G. No value network estimates a state:
///
///     A = (r − mean r) / (std r + 10⁻⁶),   std with G − 1 in the denominator
///
/// With G = 8, one success among eight has advantage +2.47 and each failure −0.35. A uniform group,
/// all success or all failure, has no signal: every A is 0, and it is dropped ("dynamic sampling").
///
/// - Letters: G rollouts of one initial state.
/// - Reference: Shao et al., "DeepSeekMath" (2024), §4.1 (GRPO); Yu et al., "DAPO" (2025),
///   §3.2 (dynamic sampling).
public struct GroupAdvantage: Sendable, Equatable {
  /// The reward of each rollout: G numbers.
  public let rewards: [Float]
  /// The advantage of each rollout: G numbers, whose sum is 0.
  public let advantages: [Float]

  /// Compares the rollouts of one group.
  /// - Parameter rewards: at least two; the deviation of fewer is not defined.
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

  /// Whether some rollouts went better than others.
  public var hasSignal: Bool { rewards.contains { $0 != rewards[0] } }
}
