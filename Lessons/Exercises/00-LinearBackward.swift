// Exercise 0 · The backward rule of a linear layer
// Difficulty 2 of 3, importance 3 of 3, about 15 minutes.
//
// Predict first: a weight is used once for each of N rows. If the batch is doubled by repeating
// every row, what happens to the gradient of the weight, and what to that of x? Write your answer
// down before you begin.
//
// Given ∂loss/∂y of the layer y = x Wᵀ + b, compute the gradients of its inputs. Letters: N rows, I
// inputs, O outputs.
//
// In the course: Sources/Tensors/Primitives/MatrixProduct.swift. If you change it there, this
// checks it:
// swift test --filter MatrixProductTests
//
// Check this file with nanovla-lesson check 0; help: nanovla-lesson hint 0.

import Exercises
import Tensors

/// The backward rule of y = x Wᵀ + b.
/// - Parameters:
///   - gradient: ∂loss/∂y, [N, O].
///   - x: [N, I]
///   - weight: W, [O, I].
/// - Returns: ∂loss/∂x [N, I], ∂loss/∂W [O, I] and ∂loss/∂b [O].
func linearBackward(gradient: Tensor, x: Tensor, weight: Tensor) -> (
  x: Tensor, weight: Tensor, bias: Tensor
) {
  notAttempted()
}

check(LinearBackward.self, linearBackward)
