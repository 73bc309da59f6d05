// Exercise 8 · From a backbone's tokens to a state
// Difficulty 2 of 3, importance 2 of 3, about 15 minutes.
//
// Predict first: two prompts of 3 and 9 tokens are padded to 9. If the mean includes the padding,
// does the state of the short prompt depend on the prompt beside it in the batch? Write your answer
// down before you begin.
//
// Turn a backbone's output tokens into the state vector of a policy: the mean of the tokens that
// are not padding, then one linear layer, the projector. Letters: B observations, T tokens, D width
// of a token, S width of the state.
//
// In the course: Sources/VLMs/Registry/VLM+Backbone.swift. If you change it there, this checks it:
// swift test --filter NanoBackboneTests
//
// Check this file with nanovla-lesson check 8; help: nanovla-lesson hint 8.

import Exercises
import Tensors

/// The state of each observation, [B, S].
/// - Parameters:
///   - tokens: a backbone's output, [B, T, D].
///   - isToken: for each of B rows, which of its T positions hold a token; at least one. The others
///     are padding.
///   - weight: of the projector, [S, D].
///   - bias: of the projector, [S].
func state(of tokens: Tensor, isToken: [[Bool]], weight: Tensor, bias: Tensor) -> Tensor {
  #if SOLUTION
    let shares = isToken.flatMap { row in
      row.map { $0 ? 1 / Float(row.count { $0 }) : 0 }  // 1/n for each of n tokens
    }
    let (B, T, D) = (tokens.dim(0), tokens.dim(1), tokens.dim(2))
    let mean = Tensor(shares, shape: [B, 1, T]).matmul(tokens)  // [B, 1, T] × [B, T, D] → [B, 1, D]
      .reshaped([B, D])  // [B, 1, D] → [B, D]
    return mean.linear(weight: weight, bias: bias)  // [B, D] → [B, S]
  #else
    notAttempted()
  #endif
}

// Script: check(PooledState.self, state)

// Answer: yes: padded to another length it has another mean, so the same observation gives another
// action in another batch.
// Hint 1: A mean is a weighted sum. What is the weight of a token, and what that of padding?
// Hint 2: A tensor of weights, [B, 1, T], times the tokens, [B, T, D], is B weighted sums.
// `linear(weight:bias:)` is the projector.
// Hint 3: Weights: 1/(number of tokens in the row) for a token, 0 for padding. Tensor(weights,
// shape: [B, 1, T]).matmul(tokens), reshaped to [B, D], .linear(weight: weight, bias: bias).
