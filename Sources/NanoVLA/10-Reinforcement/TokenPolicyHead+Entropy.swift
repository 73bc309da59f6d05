import Tensors

/// Entropy and KL divergence: how broad the choice among bins is, and how far it has moved.
///
/// Entropy is ln B for a uniform choice and 0 for a certain one. As it nears 0, all rollouts of a
/// group become the same and learning ends. The Kullback–Leibler divergence from the initial policy
/// tells how far reinforcement learning has gone:
///
///     H(p) = −Σ p ln p        KL(p ‖ q) = Σ p (ln p − ln q)
///
/// - Letters: N decisions, K steps in a chunk, A action dimensions, B bins, S state numbers.
/// - Reference: Cover and Thomas, "Elements of Information Theory" (2006), chapter 2.
extension TokenPolicyHead {
  /// Mean entropy of the tokens at N states [N, S], and mean divergence from `start`, both in nats;
  /// the mask is 1 for tokens that count, [N, K, A].
  public func entropyAndDivergence(
    at states: Tensor, mask: Tensor, temperature: Float, from start: any TokenPolicyHead
  ) -> (entropy: Float, divergence: Float) {
    withoutGradient {
      let ln = logProbabilities(for: states, temperature: temperature)  // [N, S] → [N, K, A, B]
      let lnStart = start.logProbabilities(for: states, temperature: temperature)
      let p = ln.exp()
      let tokens = max(mask.values.reduce(0, +), 1)
      func mean(_ x: Tensor) -> Float {
        (x.sum(axis: 3) * mask).sum().item / tokens  // [N, K, A, B] → [N, K, A] → one number
      }
      return (entropy: -mean(p * ln), divergence: mean(p * (ln - lnStart)))
    }
  }
}
