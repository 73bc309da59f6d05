import Foundation

/// Temporal ensembling: the weighted mean of all predictions for the present step.
///
/// A policy that predicts K steps ahead at every step has up to K predictions for the present one.
/// Their mean is smoother than the newest alone, and yet the policy observes at every step:
///
///     predicted at t = 0   a₀ a₁ a₂
///     predicted at t = 1      a₀ a₁ a₂
///     predicted at t = 2         a₀ a₁ a₂      at t = 2: mean of a₂, a₁, a₀, oldest first
///
///     wᵢ = exp(−m·i) / Σⱼ exp(−m·j),   i = 0 the oldest
///
/// - Letters: K steps in a chunk, A action dimensions. The mean is taken in normalized units; that
///   of the gripper is a weighted vote.
/// - Reference: Zhao et al., "Learning Fine-Grained Bimanual Manipulation" (ACT, 2023), alg. 2.
public struct TemporalEnsemble: Sendable {
  /// How fast the weight falls with each newer prediction; 0 weighs all alike. With ACT's 0.01 the
  /// oldest of 100 weighs 2.69 times the newest. A larger m adopts new predictions more slowly.
  public let m: Double
  /// What earlier chunks predict for the present and the future, oldest chunk first.
  private var pending: [ArraySlice<NormalizedAction>] = []
  /// An ensemble without predictions.
  public init(m: Double = 0.01) { self.m = m }

  /// Adds the chunk predicted at this step and moves on to the next step.
  /// - Parameter chunk: K actions of A numbers, the first for the present step.
  /// - Returns: the mean of all predictions for the present step, A numbers.
  public mutating func callAsFunction(_ chunk: [NormalizedAction]) -> NormalizedAction {
    guard !chunk.isEmpty else { fatalError("TemporalEnsemble: a chunk of 0 actions") }
    pending.append(chunk[...])
    let action = mean(of: pending.map { $0[$0.startIndex] })
    pending = pending.map { $0.dropFirst() }.filter { !$0.isEmpty }
    return action
  }

  /// Removes all predictions, for a new episode.
  public mutating func reset() { pending = [] }

  /// The weights of `count` predictions, oldest first; their sum is 1.
  public static func weights(count: Int, m: Double = 0.01) -> [Double] {
    let unscaled = (0..<count).map { exp(-m * Double($0)) }
    let sum = unscaled.reduce(0, +)
    return unscaled.map { $0 / sum }
  }

  private func mean(of predictions: [NormalizedAction]) -> NormalizedAction {
    var sum = [Double](repeating: 0, count: predictions[0].count)
    for (prediction, weight) in zip(predictions, Self.weights(count: predictions.count, m: m)) {
      guard prediction.count == sum.count else {
        fatalError("TemporalEnsemble: actions of [\(sum.count)] and [\(prediction.count)] numbers")
      }
      for a in sum.indices { sum[a] += weight * Double(prediction.values[a]) }
    }
    return NormalizedAction(sum.map { Float($0) })
  }
}
