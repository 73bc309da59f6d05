// Two policies on the same starts: is one better, or was it luck?
//
// Why: two policies that drive from the same starts meet the same easy and the same hard ones. What
// both solve, or neither, says nothing about which is better; only the starts on which they differ
// do. So the same number of episodes tells smaller differences apart than two separate evaluations
// would.
//
//                    second succeeds   second fails
// first succeeds          both          onlyFirst
// first fails          onlySecond        neither
//
// Sources: Newcombe, "Improved confidence intervals for the difference between binomial proportions
// based on paired data" (1998), method 10; McNemar, "Note on the sampling error of the difference
// between correlated proportions" (1947), with exact binomial probabilities.

import Foundation
import NanoVLA

/// How often two policies succeeded from the same starts, and what that proves.
public struct PairedComparison: Sendable, Equatable {
  /// Starts from which both succeeded, one did, or none.
  public let both, onlyFirst, onlySecond, neither: Int

  public init(both: Int, onlyFirst: Int, onlySecond: Int, neither: Int) {
    let counts = [both, onlyFirst, onlySecond, neither]
    guard counts.allSatisfy({ $0 >= 0 }) else { fatalError("PairedComparison: counts \(counts)") }
    (self.both, self.onlyFirst) = (both, onlyFirst)
    (self.onlySecond, self.neither) = (onlySecond, neither)
  }

  /// Counts outcomes, true for a success; place i of each is of the same start.
  public init(_ first: [Bool], _ second: [Bool]) {
    guard first.count == second.count else {
      fatalError("PairedComparison: \(first.count) outcomes against \(second.count)")
    }
    let pairs = Array(zip(first, second))
    self.init(
      both: pairs.count { $0 && $1 }, onlyFirst: pairs.count { $0 && !$1 },
      onlySecond: pairs.count { !$0 && $1 }, neither: pairs.count { !$0 && !$1 })
  }

  public var episodes: Int { both + onlyFirst + onlySecond + neither }
  public var first: SuccessRate { .init(successes: both + onlyFirst, episodes: episodes) }
  public var second: SuccessRate { .init(successes: both + onlySecond, episodes: episodes) }

  /// The first one's rate minus the second one's, −1 … 1.
  public var difference: Double {
    episodes == 0 ? 0 : Double(onlyFirst - onlySecond) / Double(episodes)
  }

  /// The differences that the result fits, 95 %: how far each rate may be off, by its Wilson
  /// interval, added as the sides of a triangle. Its angle is given by how alike the two policies'
  /// outcomes are: what goes up and down together leaves the difference as it is. Of no episodes it
  /// is −1 … 1.
  public var interval: ClosedRange<Double> {
    guard episodes > 0 else { return -1...1 }
    let (a, b) = (first, second)
    let (aDown, aUp) = (a.rate - a.interval.lowerBound, a.interval.upperBound - a.rate)
    let (bDown, bUp) = (b.rate - b.interval.lowerBound, b.interval.upperBound - b.rate)
    func third(_ x: Double, _ y: Double) -> Double {  // of a triangle with sides x and y
      max(0, x * x - 2 * correlation * x * y + y * y).squareRoot()
    }
    let (low, high) = (difference - third(aDown, bUp), difference + third(aUp, bDown))
    return max(-1, low)...min(1, high)
  }

  /// φ, −1 … 1, of the two outcomes. A positive one is cut by what chance may have made of it.
  private var correlation: Double {
    let (a, b) = (first.successes, second.successes)
    let margins = [a, episodes - a, b, episodes - b]
    let product = margins.reduce(1) { $0 * Double($1) }
    guard product > 0 else { return 0 }  // a policy that always does the same goes with nothing
    let excess = Double(both) * Double(neither) - Double(onlyFirst) * Double(onlySecond)
    return (excess > 0 ? max(excess - Double(episodes) / 2, 0) : excess) / product.squareRoot()
  }

  /// The exact, two-sided McNemar p-value: if both policies were equally good, each start on which
  /// they differ would be a fair coin's throw, and one in 1/p evaluations would be as one-sided as
  /// this.
  public var pValue: Double {
    let n = Double(onlyFirst + onlySecond)  // throws
    let k = Double(min(onlyFirst, onlySecond))
    // P(k) = n! / (k! (n − k)!) / 2ⁿ, through logarithms because n! soon overflows …
    let ways: Double = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    var term: Double = exp(ways - n * log(2.0))
    var tail = 0.0
    for j in stride(from: k, through: 0, by: -1) {  // … and P(j − 1) = P(j) · j / (n − j + 1)
      tail += term
      term *= j / (n - j + 1)
    }
    return min(1, 2 * tail)
  }
}
