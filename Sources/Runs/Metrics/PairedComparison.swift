import Foundation
import NanoVLA

/// Two policies on the same initial states: is one better, or is the difference chance?
///
/// Both policies meet the same easy and the same hard initial states. Those that both solve, or neither,
/// tell nothing about which policy is better; only those on which they differ do. So the same number of
/// episodes detects smaller differences than two independent evaluations.
///
///                        second succeeds   second fails
///     first succeeds          both          onlyFirst
///     first fails          onlySecond        neither
///
/// - Reference: Newcombe, "Improved confidence intervals for the difference between binomial
///   proportions based on paired data" (1998), method 10; McNemar, "Note on the sampling error of
///   the difference between correlated proportions" (1947), with exact binomial probabilities.
public struct PairedComparison: Sendable, Equatable {
  /// Initial states from which both succeeded, one did, or neither.
  public let both, onlyFirst, onlySecond, neither: Int

  /// A comparison from its four counts.
  public init(both: Int, onlyFirst: Int, onlySecond: Int, neither: Int) {
    let counts = [both, onlyFirst, onlySecond, neither]
    guard counts.allSatisfy({ $0 >= 0 }) else { fatalError("PairedComparison: counts \(counts)") }
    (self.both, self.onlyFirst) = (both, onlyFirst)
    (self.onlySecond, self.neither) = (onlySecond, neither)
  }

  /// Counts outcomes, true for a success. Outcomes with the same index belong to the same initial state.
  public init(_ first: [Bool], _ second: [Bool]) {
    guard first.count == second.count else {
      fatalError("PairedComparison: \(first.count) outcomes against \(second.count)")
    }
    let pairs = Array(zip(first, second))
    self.init(
      both: pairs.count { $0 && $1 }, onlyFirst: pairs.count { $0 && !$1 },
      onlySecond: pairs.count { !$0 && $1 }, neither: pairs.count { !$0 && !$1 })
  }

  /// The number of initial states.
  public var episodes: Int { both + onlyFirst + onlySecond + neither }
  /// The success rate of the first policy.
  public var first: SuccessRate { .init(successes: both + onlyFirst, episodes: episodes) }
  /// The success rate of the second policy.
  public var second: SuccessRate { .init(successes: both + onlySecond, episodes: episodes) }

  /// The first policy's rate minus the second one's, −1 … 1; 0 if there are no episodes.
  public var difference: Double {
    episodes == 0 ? 0 : Double(onlyFirst - onlySecond) / Double(episodes)
  }

  /// The 95 % confidence interval of ``difference``: its procedure covers the true difference in 95 %
  /// of repeated evaluations, approximately. −1 … 1 if there are no episodes.
  ///
  /// The distances from the two rates to the ends of their Wilson intervals are combined like two
  /// standard errors, √(x² − 2φxy + y²), where φ is the correlation of the outcomes.
  public var interval: ClosedRange<Double> {
    guard episodes > 0 else { return -1...1 }
    let (a, b) = (first, second)
    let (aDown, aUp) = (a.rate - a.interval.lowerBound, a.interval.upperBound - a.rate)
    let (bDown, bUp) = (b.rate - b.interval.lowerBound, b.interval.upperBound - b.rate)
    func combined(_ x: Double, _ y: Double) -> Double {
      max(0, x * x - 2 * correlation * x * y + y * y).squareRoot()
    }
    let (low, high) = (difference - combined(aDown, bUp), difference + combined(aUp, bDown))
    return max(-1, low)...min(1, high)
  }

  /// φ, −1 … 1, the correlation of the two outcomes; a positive one is reduced by n / 2 (continuity
  /// correction).
  private var correlation: Double {
    let (a, b) = (first.successes, second.successes)
    let margins = [a, episodes - a, b, episodes - b]
    let product = margins.reduce(1) { $0 * Double($1) }
    guard product > 0 else { return 0 }  // undefined if an outcome never varies
    let excess = Double(both) * Double(neither) - Double(onlyFirst) * Double(onlySecond)
    return (excess > 0 ? max(excess - Double(episodes) / 2, 0) : excess) / product.squareRoot()
  }

  /// The exact two-sided McNemar p-value: the probability of a result at least this one-sided if both
  /// policies are equally good, when each initial state on which they differ is a fair coin toss.
  public var pValue: Double {
    let n = Double(onlyFirst + onlySecond)  // tosses
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
