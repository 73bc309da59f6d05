// Exercise 9 · Merging LoRA into a weight
// Difficulty 1 of 3, importance 2 of 3, about 10 minutes.
//
// Predict first: you double the rank r and keep α. Does the update of the weight get larger, if A
// and B keep the size of their numbers? Why divide by r at all? Write your answer down before you
// begin.
//
// Merge a trained low-rank update into the layer's weight, so that the layer needs no extra
// products: W + (α/r) B A. Letters: O outputs, I inputs, r rank.
//
// In the course: Sources/NanoVLA/9-Transfer/LoRA.swift. If you change it there, this checks it:
// swift test --filter LoRATests
//
// Check this file with nanovla-lesson check 9; help: nanovla-lesson hint 9.

import Exercises
import Tensors

/// The weight with its update merged, [O, I].
/// - Parameters:
///   - weight: W, frozen, [O, I].
///   - loraA: A, [r, I].
///   - loraB: B, [O, r].
///   - alpha: α.
func merged(weight: Tensor, loraA: Tensor, loraB: Tensor, alpha: Float) -> Tensor {
  #if SOLUTION
    let rank = Float(loraA.dim(0))
    let update = loraB.matmul(loraA)  // [O, r] × [r, I] → [O, I]
    return weight + update * (alpha / rank)
  #else
    notAttempted()
  #endif
}

// Script: check(MergedLoRA.self, merged)

// Answer: each number of B A becomes a sum of twice as many products, which α/r compensates. So
// another rank needs no other learning rate.
// Hint 1: A layer computes x Wᵀ. In which order do A and B act on x, and which one has the shape of
// the outputs?
// Hint 2: `loraB.matmul(loraA)` has the shape of the weight. r is a length of A and of B: which
// axis?
// Hint 3: weight + loraB.matmul(loraA) * (alpha / Float(loraA.dim(0))).
