// Exercise 12 · One step of training
// Difficulty 2 of 3, importance 3 of 3, about 15 minutes.
//
// Predict first: four micro-batches of 8 rows stand for one batch of 32. If their gradients simply
// add up, by which factor is the step too long? Write your answer down before you begin.
//
// Make one step of gradient descent over several micro-batches that do not fit into memory at once:
// accumulate the gradient of the MEAN of their losses, step once, and leave nothing behind for the
// next step. Return the mean loss. The check calls it three times in a row.
//
// In the course: Sources/NanoVLA/5-Cloning/BehaviorCloning.swift and
// Sources/Tensors/Optimization/GradientAccumulation.swift. If you change it there, this checks it:
// swift test --filter "BehaviorCloningTests|AutogradTests"
//
// Check this file with nanovla-lesson check 12; help: nanovla-lesson hint 12.

import Exercises
import Tensors

/// One step of gradient descent, p ← p − rate · gradient, on the mean loss of all micro-batches.
/// - Parameters:
///   - parameters: each has its `gradient` after a backward pass, and `values` to change.
///   - microBatches: how many there are, at least 1.
///   - learningRate: the factor of the gradient in a step.
///   - loss: the loss of micro-batch 0 ..< microBatches, a single number in the graph.
/// - Returns: the mean loss before the step.
func trainingStep(
  parameters: [Tensor], microBatches: Int, learningRate: Float, loss: (Int) -> Tensor
) -> Float {
  #if SOLUTION
    var mean: Float = 0
    for m in 0..<microBatches {
      let share = loss(m) * (1 / Float(microBatches))
      share.backward()  // adds to each parameter's gradient
      mean += share.item
    }
    for parameter in parameters {
      guard let gradient = parameter.gradient else { continue }
      parameter.values = zip(parameter.values, gradient.values).map { $0 - learningRate * $1 }
      parameter.gradient = nil  // otherwise the next pass adds to it
    }
    return mean
  #else
    notAttempted()
  #endif
}

// Script: check(TrainingSteps.self, trainingStep)

// Answer: by 4, the number of micro-batches: the gradient of a mean is the mean of the gradients.
// With AdamW it would hardly show, because it divides a gradient by its usual size.
// Hint 1: What does a second backward() do to the gradient of the first one? When do you want that,
// and when not?
// Hint 2: Scale each loss by 1/microBatches before its backward pass, so that the sum of the
// gradients is their mean. Step after the loop, then clear.
// Hint 3: for m: share = loss(m) · (1 / Float(microBatches)); share.backward(); mean += share.item.
// Then for each parameter: values − learningRate · gradient.values, and gradient = nil.
