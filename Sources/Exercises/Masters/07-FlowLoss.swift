// Exercise 7 · The loss of flow matching
// Difficulty 2 of 3, importance 2 of 3, about 15 minutes.
//
// Predict first: the path from an action (t = 0) to noise (t = 1) is a straight line. What is its
// velocity at t = 0.1, and what at t = 0.9? How large is the loss of a network that always answers
// 0, if actions and noise have mean 0 and variance 1? Write your answer down before you begin.
//
// Mix each action with its noise at its time t, so that t = 1 is pure noise, ask the network for
// the velocity there, and compare it with the true one: the mean squared error over all N·K·A
// numbers. Call velocity once, for all samples together. The gradient is checked too. Letters: N
// samples, K steps, A action dimensions.
//
// In the course: Sources/NanoVLA/7-Heads/FlowMatchingHead.swift. If you change it there, this
// checks it:
// swift test --filter FlowMatchingHeadTests
//
// Check this file with nanovla-lesson check 7; help: nanovla-lesson hint 7.

import Exercises
import Tensors

/// The loss of flow matching, a single number, [].
/// - Parameters:
///   - actions: the expert's, [N, K, A].
///   - noise: drawn from the normal distribution, [N, K, A].
///   - times: t of each sample, N numbers in 0…1.
///   - velocity: the network: the mixture [N, K, A] and its times → [N, K, A].
func flowLoss(
  actions: Tensor, noise: Tensor, times: [Float], velocity: (Tensor, [Float]) -> Tensor
) -> Tensor {
  #if SOLUTION
    let t = Tensor(times, shape: [times.count, 1, 1])
    let mixed = t * noise + (1 - t) * actions  // [N, 1, 1] · [N, K, A] → [N, K, A]
    let target = noise - actions  // d mixed / dt, the same at all t
    return (velocity(mixed, times) - target).squared().mean()
  #else
    notAttempted()
  #endif
}

// Script: check(FlowLoss.self, flowLoss)

// Answer: noise − action at both: a straight line has one velocity. The mean of (noise − action)²
// is 1 + 1 = 2.
// Hint 1: Where on the line from the action to the noise is the point of time t? What is its
// derivative with respect to t?
// Hint 2: Give the times the shape [N, 1, 1], so that they broadcast over steps and dimensions. The
// target is the derivative: it does not contain t.
// Hint 3: mixed = t · noise + (1 − t) · actions; target = noise − actions; (velocity(mixed, times)
// − target).squared().mean().
