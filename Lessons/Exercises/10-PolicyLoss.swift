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
  notAttempted()
}

check(PolicyLoss.self, policyLoss)
