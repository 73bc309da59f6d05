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
  #if SOLUTION
    let gradientOfX = gradient.matmul(weight)  // [N, O] × [O, I] → [N, I]
    let columns = gradient.transposed(0, 1)  // [N, O] → [O, N]
    let gradientOfWeight = columns.matmul(x)  // [O, N] × [N, I] → [O, I]
    let gradientOfBias = gradient.sum(axis: 0)  // [N, O] → [O]
    return (x: gradientOfX, weight: gradientOfWeight, bias: gradientOfBias)
  #else
    notAttempted()
  #endif
}

// Script: check(LinearBackward.self, linearBackward)

// Answer: the gradient of the weight doubles, because each row adds its own use of the weight. Each
// row of x keeps its gradient: it is used once.
// Hint 1: Through which numbers of y does x[n, i] reach the loss? And through which does weight[o,
// i]?
// Hint 2: Each gradient is a sum over the uses of a value: over o for x, over n for the weight and
// the bias. A sum over a shared index is a matrix product; choose the order by the shapes.
// Hint 3: x: gradient × weight. Weight: gradient transposed × x, whose product sums over the rows.
// Bias: gradient.sum(axis: 0).
