// The clipped objective: make what went well likelier, but not by much at once.
//
// Why: the rollouts were driven by the policy as it WAS. After a few steps on them it is another one,
// and what they say about it grows stale. So the gain from a token ends once its probability has
// changed by a fifth:
//
//     ratio = p(token) / p_old(token)
//     gain  = min(ratio · A, clip(ratio, 1 − 0.2, 1 + 0.28) · A),  loss = −mean of gain over tokens
//
// Asymmetric ("clip higher"): a bound on the ratio hardly binds a token of p = 0.9, but holds one of
// p = 0.01 back at 0.012. More room above lets rare tokens rise, and the policy goes on trying new
// things. The min makes the clip one-sided: a token that moved the wrong way keeps its gradient.
//
// No pull towards the start policy, no bonus for entropy: with rewards that cannot be cheated, neither
// is needed.
//
// N  decisions, K steps in a chunk, A action dimensions: N·K·A tokens
//
// Reference: Schulman et al., "Proximal Policy Optimization" (2017), equation 7; Yu et al., "DAPO"
// (2025), section 3.1 and 3.3 (clip higher, mean over tokens); Li et al., "SimpleVLA-RL" (2025).

import Tensors

/// How far one update may move the probability of what was done.
public struct ClippedObjective: Sendable, Equatable {
  /// The ratio at which a gain ends is 1 − `below` or 1 + `above`.
  public var below: Float
  public var above: Float

  public init(below: Float = 0.2, above: Float = 0.28) { (self.below, self.above) = (below, above) }

  public struct Result {
    /// To be made small: one number.
    public let loss: Tensor
    /// The share of tokens whose gain has ended.
    public let clipFraction: Float
    /// How far the policy went from the one that drove: the mean of ratio − 1 − ln ratio, at least 0.
    public let approximateKL: Float
  }

  /// - Parameters:
  ///   - new: ln p of the tokens by the policy that learns, [N, K, A].
  ///   - old: ln p of the same tokens when they were drawn, [N, K, A].
  ///   - advantages: of the rollout that each decision belongs to, [N, 1, 1].
  ///   - mask: 1 for a token that counts, 0 for one that was never carried out, [N, K, A].
  public func callAsFunction(
    new: Tensor, old: Tensor, advantages: Tensor, mask: Tensor
  ) -> Result {
    guard new.shape.count == 3, old.shape == new.shape, advantages.shape == [new.dim(0), 1, 1],
      mask.shape == new.shape
    else {
      fatalError(
        "ClippedObjective: new \(new.shape), old \(old.shape), advantages \(advantages.shape), "
          + "mask \(mask.shape)")
    }
    let tokens = mask.values.reduce(0, +)
    guard tokens > 0 else { fatalError("ClippedObjective: every token is masked of \(new.shape)") }
    func mean(_ x: Tensor) -> Tensor { (x * mask).sum() * (1 / tokens) }  // [N, K, A] → one number

    let change = new - old  // [N, K, A]
    let ratio = change.exp()
    let free = ratio * advantages  // [N, K, A] · [N, 1, 1]
    let clipped = ratio.clamped(to: 1 - below...1 + above) * advantages
    let gain = free - (free - clipped).relu()  // the smaller of the two
    let loss = -mean(gain)
    return withoutGradient {
      let ended = (free - clipped).values.map { $0 > 0 ? Float(1) : 0 }
      return Result(
        loss: loss, clipFraction: mean(Tensor(ended, shape: new.shape)).item,
        approximateKL: mean(ratio - 1 - change).item)
    }
  }
}
