// Exercise 4 · From action tokens to robot units
// Difficulty 2 of 3, importance 3 of 3, about 15 minutes.
//
// Predict first: with 32 bins and a dimension from −2 cm to 2 cm, how large can the quantization
// error be? And what happens to a gripper command of −1 or 1 that is un-normalized like the rest?
// Write your answer down before you begin.
//
// Turn the classes that a policy chose into an action in robot units. There are B edges, evenly
// spaced from −1 to +1, so B − 1 bins; class c stands for the center of bin c. The last class, of x
// = 1 exactly, has no bin above it and shares the last center. Where mask is true, x = −1 becomes
// q01 and x = +1 becomes q99; where it is false (the gripper), x is in robot units already.
// Letters: A dimensions, B bins.
//
// In the course: Sources/NanoVLA/4-Actions/ActionTokenizer.swift and ActionStatistics.swift. If you
// change it there, this checks it:
// swift test --filter "ActionTokenizerTests|ActionStatisticsTests"
//
// Check this file with nanovla-lesson check 4; help: nanovla-lesson hint 4.

import Exercises

/// An action in robot units, A numbers.
/// - Parameters:
///   - classes: one for each dimension, 0 for the smallest, 0 ..< B.
///   - bins: B, at least 2.
///   - q01: the 1st percentile of each dimension in the demonstrations.
///   - q99: the 99th percentile.
///   - mask: whether the dimension is normalized.
func robotAction(
  classes: [Int], bins: Int, q01: [Float], q99: [Float], mask: [Bool]
) -> [Float] {
  #if SOLUTION
    let width = 2 / Float(bins - 1)
    return classes.indices.map { a in
      let bin = min(classes[a], bins - 2)  // the last class shares the last center
      let x = -1 + (Float(bin) + 0.5) * width  // in −1…1
      return mask[a] ? q01[a] + 0.5 * (x + 1) * (q99[a] - q01[a]) : x
    }
  #else
    notAttempted()
  #endif
}

// Script: check(RobotUnits.self, robotAction)

// Answer: a bin is 4 cm / 31 wide, so the error is at most half of it, 0.65 mm. The gripper command
// is stretched and shifted by statistics that it was never normalized with: it may open where it
// should close.
// Hint 1: How many bins lie between B edges? How wide is one, if all together are 2 wide?
// Hint 2: Two steps: class → center in −1…1, then −1…1 → q01…q99 where mask is true. Check each
// with its ends: class 0, the last class, x = −1, x = +1.
// Hint 3: x = −1 + (min(class, B − 2) + 0.5) · 2/(B − 1). With mask: q01 + 0.5 (x + 1)(q99 − q01).
// Without: x.
