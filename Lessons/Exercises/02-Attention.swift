// Exercise 2 · Scaled dot-product attention
// Difficulty 2 of 3, importance 3 of 3, about 15 minutes.
//
// Predict first: query and key have d = 256 independent numbers of standard deviation 1. What is
// the standard deviation of a score? What does the softmax of such scores look like if they are not
// divided by √d? Write your answer down before you begin.
//
// Compute softmax(Q Kᵀ / √d + mask) V from the parts, without scaledDotProductAttention. Letters: B
// sequences, H heads, T queries, C keys, d the width of one head.
//
// In the course: Sources/NanoVLA/2-Transformer/ScaledDotProductAttention.swift. If you change it
// there, this checks it:
// swift test --filter AttentionTests
//
// Check this file with nanovla-lesson check 2; help: nanovla-lesson hint 2.

import Exercises
import Tensors

/// Scaled dot-product attention.
/// - Parameters:
///   - query: [B, H, T, d]
///   - key: [B, H, C, d]
///   - value: [B, H, C, d]
///   - mask: added to the scores: 0 where a key is visible, −10⁹ where it is hidden, [T, C]; nil if
///     all are visible.
/// - Returns: each query's weighted average of the values, [B, H, T, d].
func attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor?) -> Tensor {
  notAttempted()
}

check(PlainAttention.self, attention)
