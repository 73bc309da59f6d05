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
  notAttempted()
}

check(EnsembleOfChunks.self, ensemble)
