// Exercise 5 · The loss of action tokens
// Difficulty 2 of 3, importance 3 of 3, about 15 minutes.
//
// Predict first: a policy with 32 bins is not trained yet and gives each bin the same probability.
// What is its loss? What is it if you take the softmax twice? Write your answer down before you
// begin.
//
// Compute the cross-entropy of the expert's bins, without crossEntropy: the mean of −ln p(target)
// over all N·A numbers, p = softmax over the bins. The gradient is checked too, so stay in tensors.
// Letters: N samples, A action dimensions, B bins.
//
// In the course: Sources/NanoVLA/5-Cloning/TokenHead.swift and
// Sources/Tensors/Primitives/Loss.swift. If you change it there, this checks it:
// swift test --filter "TokenHeadTests|LossTests"
//
// Check this file with nanovla-lesson check 5; help: nanovla-lesson hint 5.

import Exercises
import Tensors

/// The loss of behavior cloning with action tokens.
/// - Parameters:
///   - logits: scores before the softmax, [N, A, B].
///   - targets: the expert's bins, N·A of them, those of one sample side by side.
/// - Returns: the loss in nats, a single number, [].
func imitationLoss(logits: Tensor, targets: [Int]) -> Tensor {
  notAttempted()
}

check(BinCrossEntropy.self, imitationLoss)
