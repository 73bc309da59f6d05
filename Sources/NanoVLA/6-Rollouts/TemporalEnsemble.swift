// Temporal ensembling: a policy that predicts K steps ahead, asked at EVERY step, has up to K opinions
// about the present one. Their weighted mean is smoother than the newest alone.
//
//   asked at t = 0   a₀ a₁ a₂
//   asked at t = 1      a₀ a₁ a₂
//   asked at t = 2         a₀ a₁ a₂     at t = 2 the column a₂ a₁ a₀ is averaged, the oldest first
//
// K  steps in a chunk      A  action dimensions
//
// Source: Zhao et al., "Learning Fine-Grained Bimanual Manipulation" (ACT, 2023), algorithm 2.

import Foundation

/// The weighted mean of overlapping chunks, in normalised units (where dimensions are comparable).
///
/// The mean is taken of the gripper too: the sign of the sum is then a weighted vote.
public struct TemporalEnsemble: Sendable {
  /// How fast weight is lost with every newer opinion. 0 weighs all alike; ACT takes 0.01, for which
  /// the oldest of 100 weighs 2.69 times the newest. Larger means slower to take in what is new.
  public let m: Double
  /// What earlier chunks still say of the present and the future, the oldest chunk first.
  private var pending: [ArraySlice<NormalizedAction>] = []

  public init(m: Double = 0.01) { self.m = m }

  /// Takes the `chunk` predicted now, `[K]` actions of `[A]` whose first is for the present step;
  /// returns what to do now, `[A]`, and moves on to the next step.
  public mutating func callAsFunction(_ chunk: [NormalizedAction]) -> NormalizedAction {
    guard !chunk.isEmpty else { fatalError("TemporalEnsemble: a chunk of 0 actions") }
    pending.append(chunk[...])
    let action = mean(of: pending.map { $0[$0.startIndex] })
    pending = pending.map { $0.dropFirst() }.filter { !$0.isEmpty }
    return action
  }

  /// Forgets all chunks, for a new episode.
  public mutating func reset() { pending = [] }

  /// `wᵢ = exp(−m·i) / Σⱼ exp(−m·j)`, i = 0 the OLDEST: what was planned is given up slowly.
  public static func weights(count: Int, m: Double = 0.01) -> [Double] {
    let unscaled = (0..<count).map { exp(-m * Double($0)) }
    let sum = unscaled.reduce(0, +)
    return unscaled.map { $0 / sum }
  }

  /// `opinions`, the oldest first, → their weighted mean.
  private func mean(of opinions: [NormalizedAction]) -> NormalizedAction {
    var sum = [Double](repeating: 0, count: opinions[0].count)
    for (opinion, weight) in zip(opinions, Self.weights(count: opinions.count, m: m)) {
      guard opinion.count == sum.count else {
        fatalError("TemporalEnsemble: actions of [\(sum.count)] and [\(opinion.count)] numbers")
      }
      for a in sum.indices { sum[a] += weight * Double(opinion.values[a]) }
    }
    return NormalizedAction(sum.map { Float($0) })
  }
}
