// Exercise 13 · Coefficients of a smooth motion
// Difficulty 2 of 3, importance 1 of 3, about 15 minutes.
//
// Predict first: a robot moves at a constant speed for 8 steps. Which of the 8 coefficients of dx
// are not 0? And if it alternates between forth and back? Write your answer down before you begin.
//
// Compute FAST's quantized coefficients of one dimension: round(scale · c[k]) with c[k] = √(2/T) ·
// Σₜ cos(π k (t + ½) / T) · x[t], for k = 0 divided by √2. Letters: T numbers, as many frequencies
// k.
//
// In the course: Sources/VLMs/FAST/DiscreteCosineTransform.swift. If you change it there, this
// checks it:
// swift test --filter "DiscreteCosineTransformTests|FASTTokenizerTests"
//
// Check this file with nanovla-lesson check 13; help: nanovla-lesson hint 13.

import Exercises
import Foundation

/// The quantized coefficients of x, T of them, the lowest frequency first.
/// - Parameters:
///   - x: T numbers, at least 1.
///   - scale: coefficients are multiplied by it and rounded to the nearest integer.
func coefficients(of x: [Float], scale: Float) -> [Int] {
  notAttempted()
}

check(CosineCoefficients.self, coefficients)
