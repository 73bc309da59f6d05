import Foundation
import NanoVLA

/// How far each action of a new chunk must agree with the old chunk's action for the same step.
///
/// The first d actions are executed before the new chunk arrives, so they are what they are: weight
/// 1. The last s have no counterpart, since the old chunk ends before them: weight 0. Between them
/// the weight falls, slowly at first, because the old chunk knows less about later steps:
///
///     i < d:        w = 1
///     d ≤ i < K−s:  w = c (eᶜ − 1) / (e − 1),   c = (K − s − i) / (K − s − d + 1)
///     K−s ≤ i:      w = 0
///
/// - Letters: K actions in a chunk, d steps of delay, s actions executed between two decisions.
/// - Reference: Black et al., "Real-Time Execution of Action Chunking Flow Policies" (2025), eq. 5.
public struct SoftMask: Equatable, Sendable {
  /// K weights.
  public let weights: [Float]

  /// The weights for chunks of `chunk` actions; d ≤ s ≤ K − d, as ``DelayError`` says.
  public init(chunk K: Int, delay d: Int, executionHorizon s: Int) {
    guard d <= K - s else {
      fatalError("SoftMask: a delay of \(d) and a horizon of \(s), but a chunk of \(K)")
    }
    weights = (0..<K).map { i in
      guard i >= d else { return 1 }
      guard i < K - s else { return 0 }
      let c = Double(K - s - i) / Double(K - s - d + 1)
      return Float(c * (exp(c) - 1) / (M_E - 1))
    }
  }

  /// Each action's mean of the old and the new prediction, for heads without a velocity field:
  ///
  ///     aᵢ = w · oldᵢ + (1 − w) · newᵢ
  ///
  /// In normalized units; that of a gripper is a weighted vote.
  /// - Parameter old: what is left of the old chunk, K − s actions.
  public func blended(
    _ new: [NormalizedAction], with old: [NormalizedAction]
  ) -> [NormalizedAction] {
    guard new.count == weights.count else {
      fatalError("SoftMask: \(weights.count) weights for a chunk of \(new.count) actions")
    }
    return new.enumerated().map { i, action in
      guard weights[i] > 0 else { return action }
      guard weights[i] < 1 else { return old[i] }
      return NormalizedAction(
        zip(old[i].values, action.values).map { weights[i] * $0 + (1 - weights[i]) * $1 })
    }
  }
}
