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
  #if SOLUTION
    let T = Double(x.count)
    return x.indices.map { k in
      let sum = x.indices.reduce(0.0) {
        $0 + cos(.pi * Double(k) * (Double($1) + 0.5) / T) * Double(x[$1])
      }
      let height = k == 0 ? (1 / T).squareRoot() : (2 / T).squareRoot()
      return Int((Double(scale) * height * sum).rounded())
    }
  #else
    notAttempted()
  #endif
}

// Script: check(CosineCoefficients.self, coefficients)

// Answer: only c[0] = √8 times dx. An alternating motion has high frequencies: its largest
// coefficient is the last one, and FAST saves nothing.
// Hint 1: What is the wave of k = 0? And how many times does the wave of k = 1 change its sign over
// the T steps?
// Hint 2: For each k one sum over all t. Only k = 0 has another factor: √(1/T). Multiply by the
// scale before rounding.
// Hint 3: Int((scale · height · Σₜ cos(π k (t + ½) / T) · x[t]).rounded()), height = √(1/T) for k =
// 0, else √(2/T).
