// Exercise 10 · Learning from a group of rollouts
// Difficulty 3 of 3, importance 3 of 3, about 25 minutes.
//
// Predict first: seven of eight rollouts fail and one succeeds. What are their advantages, roughly?
// And what is the gradient of the loss if all eight fail? Write your answer down before you begin.
//
// Compute the advantages of a group, A = (r − mean) / (std + 10⁻⁶) with G − 1 in the variance, and
// the clipped loss: −mean of min(ratio · A, clip(ratio, 1 − clipLow, 1 + clipHigh) · A), ratio =
// p_new / p_old. The gradient is checked too. Letters: G rollouts of one initial state, here of one
// token each.
//
// In the course: Sources/NanoVLA/10-Reinforcement/GroupAdvantage.swift and ClippedObjective.swift.
// If you change it there, this checks it:
// swift test --filter "GroupAdvantageTests|ClippedObjectiveTests"
//
// Check this file with nanovla-lesson check 10; help: nanovla-lesson hint 10.

import Exercises
import Tensors

/// The loss of one group, a single number, [].
/// - Parameters:
///   - rewards: of each rollout, G ≥ 2 numbers.
///   - new: ln p of each rollout's token by the policy that learns, [G].
///   - old: ln p of the same tokens when they were sampled, [G].
///   - clipLow: the ratio is clipped at 1 − clipLow,
///   - clipHigh: and at 1 + clipHigh.
func policyLoss(
  rewards: [Float], new: Tensor, old: Tensor, clipLow: Float, clipHigh: Float
) -> Tensor {
  #if SOLUTION
    let G = Float(rewards.count)
    let mean = rewards.reduce(0, +) / G
    let variance = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (G - 1)
    let advantages = Tensor(
      rewards.map { ($0 - mean) / (variance.squareRoot() + 1e-6) }, shape: [rewards.count])
    let ratio = (new - old).exp()
    let free = ratio * advantages
    let clipped = ratio.clamped(to: 1 - clipLow...1 + clipHigh) * advantages
    let gain = free - (free - clipped).relu()  // the smaller of the two
    return gain.mean() * -1
  #else
    notAttempted()
  #endif
}

// Script: check(PolicyLoss.self, policyLoss)

// Answer: about +2.5 for the success and −0.35 for each failure; they sum to 0. If all fail, every
// reward is the mean: all advantages are 0, and so is the gradient.
// Hint 1: Which rollouts should become more probable: those with a reward, or those with more
// reward than the others?
// Hint 2: Advantages are plain numbers, outside of the graph; the ratio is a tensor, (new −
// old).exp(). `clamped(to:)` clips. There is no `min` of two tensors, but a − relu(a − b) is the
// smaller of a and b.
// Hint 3: free = ratio · A; clipped = ratio.clamped(to: 1 − clipLow...1 + clipHigh) · A; gain =
// free − (free − clipped).relu(); return gain.mean() · −1.
