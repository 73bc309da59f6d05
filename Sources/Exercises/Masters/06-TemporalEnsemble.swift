// Exercise 6 · The temporal ensemble
// Difficulty 2 of 3, importance 2 of 3, about 15 minutes.
//
// Predict first: a policy predicts chunks of 4 steps at every step. How many predictions are there
// for the action at step 10? With m = 0.01, by how much does the oldest outweigh the newest? Write
// your answer down before you begin.
//
// Average all predictions for step t. Chunk i was predicted at step i, and its action k is meant
// for step i + k; a chunk that ends before step t has none for it. Of the predictions, oldest
// first, number j = 0, 1, … has the weight exp(−m·j), divided by the sum of all weights. Letters: K
// steps in a chunk, A action dimensions.
//
// In the course: Sources/NanoVLA/6-Rollouts/TemporalEnsemble.swift. If you change it there, this
// checks it:
// swift test --filter TemporalEnsembleTests
//
// Check this file with nanovla-lesson check 6; help: nanovla-lesson hint 6.

import Exercises
import Foundation

/// The weighted mean of all predictions for step `t`, A numbers.
/// - Parameters:
///   - chunks: those predicted at steps 0, 1, …, t: each K actions of A numbers.
///   - t: the present step.
///   - m: how fast the weight falls with each newer prediction.
func ensemble(chunks: [[[Float]]], t: Int, m: Float) -> [Float] {
  #if SOLUTION
    var predictions: [[Float]] = []
    for (i, chunk) in chunks.enumerated() where t - i < chunk.count {
      predictions.append(chunk[t - i])  // action k = t − i is meant for step i + k = t
    }
    let weights = predictions.indices.map { exp(-m * Float($0)) }
    let sum = weights.reduce(0, +)
    return predictions[0].indices.map { a in
      zip(weights, predictions).reduce(0) { $0 + $1.0 / sum * $1.1[a] }
    }
  #else
    notAttempted()
  #endif
}

// Script: check(EnsembleOfChunks.self, ensemble)

// Answer: four, of the chunks predicted at steps 7, 8, 9 and 10. The oldest outweighs the newest by
// exp(0.03), 3 %: nearly a plain mean.
// Hint 1: Chunk 7 was predicted at step 7. Which of its actions is meant for step 10?
// Hint 2: First collect the predictions: chunks[i][t − i], if the chunk reaches that far. Then
// number those that you collected from 0, oldest first, for the weights.
// Hint 3: for i where t − i < K: append chunks[i][t − i]. weights[j] = exp(−m·j). Result: Σ
// weights[j] · predictions[j][a] / Σ weights, for each a.
