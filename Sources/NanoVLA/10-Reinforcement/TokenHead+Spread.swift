// How broad the choice among bins is, and how far it has moved: two numbers to watch while a policy
// learns from outcomes.
//
// Entropy is the mean surprise at the policy's own draws: ln B if all bins are alike, 0 if one is sure.
// When it reaches 0, all attempts are the same, groups are uniform, and learning ends. The
// Kullback–Leibler divergence from the start policy says how far the learning went.
//
//     H(p) = −Σ p ln p        KL(p ‖ q) = Σ p (ln p − ln q)
//
// N decisions, K steps in a chunk, A action dimensions, B bins, S state numbers
//
// Reference: Cover and Thomas, "Elements of Information Theory" (2006), chapter 2.

import Tensors

extension TokenHead {
  /// Mean entropy of the tokens at N states, and mean divergence from `start`, in nats.
  /// - Parameters:
  ///   - states: [N, S]
  ///   - mask: 1 for tokens that count, [N, K, A].
  public func spread(
    at states: Tensor, mask: Tensor, temperature: Float, from start: TokenHead
  ) -> (entropy: Float, divergence: Float) {
    withoutGradient {
      let ln = (self(states) * (1 / temperature)).logSoftmax()  // [N, S] → [N, K, A, B]
      let lnStart = (start(states) * (1 / temperature)).logSoftmax()  // [N, S] → [N, K, A, B]
      let p = ln.exp()
      let tokens = max(mask.values.reduce(0, +), 1)
      func mean(_ x: Tensor) -> Float {
        (x.sum(axis: 3) * mask).sum().item / tokens  // [N, K, A, B] → [N, K, A] → one number
      }
      return (entropy: -mean(p * ln), divergence: mean(p * (ln - lnStart)))
    }
  }
}

extension TokenHead {
  /// A head of its own with the same numbers.
  func copy() -> TokenHead {
    let first = encoder.steps[0].weight  // [F, S]
    var random = SeededRandom(seed: 0)
    let copy = TokenHead(
      inputs: first.dim(1), chunk: chunk, dimensions: dimensions, bins: bins,
      hidden: first.dim(0), using: &random)
    for (mine, its) in zip(parameters, copy.parameters) { its.values = mine.values }
    return copy
  }
}
