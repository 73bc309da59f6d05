import NanoVLA
import Tensors

/// The doctor of reinforcement learning: before the first update of an iteration, the policy that
/// learns is the one that acted, so every importance ratio is exactly 1.
///
/// If it is not, the stored log-probabilities belong to another policy or to another temperature. The
/// temperature at which they fit is searched for.
///
/// - Letters: N decisions, K steps in a chunk, A action dimensions.
/// - Reference: Schulman et al., "Proximal Policy Optimization" (2017), equation 7.
public struct UpdateDiagnosis {
  public let head: any TokenPolicyHead
  /// The temperature at which the update computes ln p.
  public let temperature: Float

  public init(_ head: any TokenPolicyHead, temperature: Float) {
    (self.head, self.temperature) = (head, temperature)
  }

  /// What is wrong with `groups`, sampled by this head and not yet learned from; nil if nothing is.
  public func callAsFunction(_ groups: [RolloutGroup]) -> (cause: Cause, evidence: String)? {
    let own = deviation(groups, at: temperature)
    guard own > 1e-3 else { return nil }
    for T: Float in [
      0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.25, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.5, 3,
    ]
    where T != temperature && deviation(groups, at: T) < 0.02 * own {
      return (
        .missingTemperature,
        "the stored ln p are those at T = \(T), the update computes them at T = \(temperature)"
      )
    }
    let text = "|ln ratio| is \(rounded(Double(own))) before any update"
    return (.staleLogProbabilities, text)
  }

  /// The mean of |ln ratio| over the tokens, where the ratio is this head's p at T = `temperature` to
  /// the stored one.
  public func deviation(_ groups: [RolloutGroup], at temperature: Float) -> Float {
    withoutGradient {
      let sums = groups.map { group in
        let now = head.logProbabilities(of: group.bins, for: group.states, temperature: temperature)
        return (now - group.logProbabilities).abs().mean().item  // [N, K, A] → one number
      }
      return sums.reduce(0, +) / Float(max(1, sums.count))
    }
  }
}
