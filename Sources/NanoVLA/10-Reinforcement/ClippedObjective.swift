import Tensors

/// The clipped surrogate objective (PPO): make good actions more probable, by a little each time.
///
/// The policy gradient theorem (REINFORCE) raises ln p of an action in proportion to its advantage.
/// It holds for actions sampled by the present policy; after the first update they are those of an
/// older one. The importance ratio corrects it; the clip ends the gain outside a trust region:
///
///     ratio = p(token) / p_old(token)
///     gain  = min(ratio · A, clip(ratio, 1 − clipLow, 1 + clipHigh) · A),   loss = −mean gain
///
/// clipHigh is larger ("clip higher"): the bound holds a token of p = 0.01 back at 0.0128 and one
/// of p = 0.9 not at all, so more room lets rare actions rise and keeps exploration alive. Because
/// of the min, a token that moved the wrong way keeps its gradient.
///
/// - Letters: N decisions, K steps in a chunk, A action dimensions; N·K·A tokens.
/// - Reference: Schulman et al., "Proximal Policy Optimization" (2017), equation 7; Yu et al.,
///   "DAPO" (2025), §3.1 and §3.3. Left out, as in SimpleVLA-RL: a KL penalty and an entropy
///   bonus. A simulator's reward cannot be gamed as a learned one can.
public struct ClippedObjective: Sendable, Equatable {
  public var clipLow, clipHigh: Float

  /// An objective with PPO's lower and DAPO's upper clip.
  public init(clipLow: Float = 0.2, clipHigh: Float = 0.28) {
    (self.clipLow, self.clipHigh) = (clipLow, clipHigh)
  }

  /// The loss of a batch, and two numbers to watch.
  public struct Result {
    /// To be minimized: one number.
    public let loss: Tensor
    /// The fraction of tokens at the clip.
    public let clipFraction: Float
    /// Estimate of KL(old ‖ new), the mean of ratio − 1 − ln ratio, in nats per token; at least 0.
    public let approximateKL: Float
  }

  /// The loss of N decisions.
  /// - Parameters:
  ///   - new, old: ln p of the tokens, now and when they were sampled, [N, K, A].
  ///   - advantages: of the rollout that each decision belongs to, [N, 1, 1].
  ///   - mask: 1 for a token that counts, 0 for one that was not executed, [N, K, A].
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
      .traced("importance ratio", "p(token) / p_old(token)")
    let free = ratio * advantages  // [N, K, A] · [N, 1, 1] → [N, K, A]
    let clipped = ratio.clamped(to: 1 - clipLow...1 + clipHigh) * advantages  // [N, K, A]
    let gain = (free - (free - clipped).relu())  // the smaller of the two
      .traced("gain", "min(ratio · A, clipped ratio · A)")
    let loss = (-mean(gain)).traced("loss", "−mean over the tokens that count")
    return withoutGradient {
      let atClip = (free - clipped).values.map { $0 > 0 ? Float(1) : 0 }
      return Result(
        loss: loss, clipFraction: mean(Tensor(atClip, shape: new.shape)).item,
        approximateKL: mean(ratio - 1 - change).item)
    }
  }
}
