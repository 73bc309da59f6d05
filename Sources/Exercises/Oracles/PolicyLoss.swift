import Foundation
import Tensors

/// Exercise 10: group-relative advantages and the clipped objective, against a loop over rollouts and
/// finite differences.
///
/// - Letters: G rollouts of one initial state.
public enum PolicyLoss: Oracle {
  public typealias Function = (
    _ rewards: [Float], _ new: Tensor, _ old: Tensor, _ clipLow: Float, _ clipHigh: Float
  ) -> Tensor

  public enum Mistake: String, CaseIterable {
    case notCentered = "the advantages are not centered: subtract the mean reward of the group"
    case notScaled = "the advantages are not divided by the standard deviation"
    case biasedDeviation = "the standard deviation divides by G: divide by G − 1"
    case variance = "the advantages are divided by the variance, not by its root"
    case noClip = "the ratio is not clipped: one update may move the policy far"
    case clipOnly =
      "only the clipped gain is used: take the SMALLER of the clipped and the free gain"
    case larger = "the larger of the two gains is taken: it must be the smaller"
    case sidesSwapped =
      "the clip's sides are swapped: the ratio stays in 1 − clipLow … 1 + clipHigh"
    case symmetricClip = "clipLow is used on both sides: the upper bound is 1 + clipHigh"
    case ratioInverted = "the ratio is inverted: it is p_new / p_old"
    case logarithmicRatio = "the ratio is the difference of logarithms: it is exp(new − old)"
    case positive = "the sign is missing: a loss falls when the gain rises"
    case summed = "the loss is the sum over the rollouts, not the mean"
    case notInGraph = "the loss has no gradient: computed from .values, it cannot train the policy"
  }

  public struct Case: CustomStringConvertible {
    let rewards, new, old: [Float]
    let (low, high): (Float, Float)
    public var description: String {
      "rewards \(rewards.map { number(Double($0)) }.joined(separator: " ")), "
        + "new and old [\(rewards.count)], clip \(number(Double(low))) and \(number(Double(high)))"
    }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    func example(_ rewards: [Float], _ changes: [Float], _ low: Float, _ high: Float) -> Case {
      let old = rewards.map { _ in random.uniform(in: -3 ... -0.2) }
      return Case(
        rewards: rewards, new: zip(old, changes).map { $0 + $1 }, old: old, low: low, high: high)
    }
    return [
      example([1, 0, 0, 1, 0, 1], [0.6, 0.5, -0.6, -0.5, 0.05, -0.17], 0.1, 0.4),
      example([0, 0, 0, 0, 0, 0, 0, 1], random.normals(8, scale: 0.4), 0.2, 0.28),
      example([1, 0], [0.3, -0.3], 0.2, 0.2),
      example([1, 1, 1], [0.1, 0.9, -0.7], 0.2, 0.28),  // no signal
      example([0, 0, 0, 0], [0.4, -0.4, 0, 0.1], 0.2, 0.3),
      example([0.2, -1.5, 3, 0.7, 0.7], random.normals(5), 0.3, 0.1),
      example([0, 1, 1], [0, 0, 0], 0.2, 0.28),  // the first update: every ratio is 1
    ]
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    let shape = [c.rewards.count]
    let new = Tensor(c.new, shape: shape).asParameter()
    let loss = function(c.rewards, new, Tensor(c.old, shape: shape), c.low, c.high)
    return [Answer("the loss", loss)] + gradient(of: loss, at: new, "the gradient of new")
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    let advantages = advantages(doubles(c.rewards), mistakes)
    let old = doubles(c.old)
    var (low, high) = (Double(c.low), Double(c.high))
    if mistakes.contains(.sidesSwapped) { (low, high) = (high, low) }
    if mistakes.contains(.symmetricClip) { high = low }
    func loss(_ new: [Double]) -> Double {
      let gains = new.indices.map { i -> Double in
        let change = mistakes.contains(.ratioInverted) ? old[i] - new[i] : new[i] - old[i]
        let ratio = mistakes.contains(.logarithmicRatio) ? change : exp(change)
        let free = ratio * advantages[i]
        let clipped = min(max(ratio, 1 - low), 1 + high) * advantages[i]
        if mistakes.contains(.noClip) { return free }
        if mistakes.contains(.clipOnly) { return clipped }
        return mistakes.contains(.larger) ? max(free, clipped) : min(free, clipped)
      }
      let sum = gains.reduce(0, +) * (mistakes.contains(.positive) ? 1 : -1)
      return mistakes.contains(.summed) ? sum : sum / Double(gains.count)
    }
    let isFlat = mistakes.contains(.notInGraph)
    let slope = isFlat ? old.map { _ in 0 } : finiteDifferences(at: doubles(c.new), loss)
    return [
      Answer("the loss", [loss(doubles(c.new))], shape: []),
      Answer("the gradient of new", slope, shape: [old.count]),
    ]
  }

  private static func advantages(_ rewards: [Double], _ mistakes: Set<Mistake>) -> [Double] {
    let G = Double(rewards.count)
    let mean = rewards.reduce(0, +) / G
    let squares = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let variance = squares / (mistakes.contains(.biasedDeviation) ? G : G - 1)
    var deviation = mistakes.contains(.variance) ? variance : variance.squareRoot()
    if mistakes.contains(.notScaled) { deviation = 1 }
    return rewards.map { ($0 - (mistakes.contains(.notCentered) ? 0 : mean)) / (deviation + 1e-6) }
  }
}
