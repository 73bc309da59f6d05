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
  notAttempted()
}

check(RobotUnits.self, robotAction)
