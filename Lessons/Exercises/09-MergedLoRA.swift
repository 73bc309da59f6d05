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
  notAttempted()
}

check(MergedLoRA.self, merged)
