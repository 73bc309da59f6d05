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
  #if SOLUTION
    let (rows, B) = (targets.count, logits.dim(2))
    let logProbabilities = logits.reshaped([rows, B]).logSoftmax()  // [N, A, B] → [N·A, B]
    let oneHot = targets.flatMap { target in (0..<B).map { $0 == target ? Float(1) : 0 } }
    let chosen = logProbabilities * Tensor(oneHot, shape: [rows, B])
    return chosen.sum() * (-1 / Float(rows))  // [N·A, B] → one number
  #else
    notAttempted()
  #endif
}

// Script: check(BinCrossEntropy.self, imitationLoss)

// Answer: ln 32 = 3.47, in both cases. But the second softmax sees numbers between 0 and 1 only: it
// can never give one bin more than e/(e + 31) = .08, so the loss stays above 2.5.
// Hint 1: Which number of each row of B log-probabilities counts, and what happens to the other
// ones?
// Hint 2: `logSoftmax()` runs over the last axis. To pick the target of each row inside of the
// graph, multiply by a tensor that is 1 there and 0 elsewhere, and sum.
// Hint 3: logits.reshaped([N·A, B]).logSoftmax(), times a one-hot tensor of the targets, .sum(),
// times −1/(N·A).
