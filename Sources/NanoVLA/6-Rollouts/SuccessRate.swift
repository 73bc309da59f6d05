import Foundation

/// A success rate with its 95 % confidence interval.
///
/// A rate measured on a few episodes is an estimate. After 10 successes of 10, true rates from 72 %
/// up are all plausible, so policies with 9 and 10 successes of 10 have not been told apart.
///
/// The interval comes from a procedure that covers the true rate in 95 % of repeated evaluations
/// (approximately, in Wilson's case). It consists of the rates p from which the measured rate p̂ is
/// at most z standard errors away, with the standard error that p itself would have:
///
///     |p̂ − p| ≤ z · √(p (1 − p) / n),   z = 1.96
///
/// The plain p̂ ± z · √(p̂ (1 − p̂) / n) has width 0 after ten successes of ten.
///
/// - Letters: n episodes, p̂ successes / n.
/// - Reference: Wilson, "Probable inference, the law of succession, and statistical inference"
///   (1927); Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion" (2001).
public struct SuccessRate: Sendable, Equatable, CustomStringConvertible {
  /// The number of successes, and of episodes.
  public let successes, episodes: Int

  /// A rate from its two counts.
  public init(successes: Int, episodes: Int) {
    guard 0 <= successes, successes <= episodes else {
      fatalError("SuccessRate: \(successes) successes of \(episodes) episodes")
    }
    (self.successes, self.episodes) = (successes, episodes)
  }

  /// Counts the outcomes of episodes, true for a success.
  public init(_ outcomes: [Bool]) {
    self.init(successes: outcomes.count { $0 }, episodes: outcomes.count)
  }

  /// Successes per episode, 0 … 1; 0 if there are no episodes.
  public var rate: Double { episodes == 0 ? 0 : Double(successes) / Double(episodes) }

  /// The 95 % Wilson interval of the rate; 0 … 1 if there are no episodes.
  public var interval: ClosedRange<Double> {
    guard episodes > 0 else { return 0...1 }
    let (n, p, z) = (Double(episodes), rate, 1.959963984540054)  // 95 % of a normal is within ± z
    let center = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    // Rounding may exceed the ends that the formula reaches exactly.
    let low = successes == 0 ? 0 : max(0, center - half)
    let high = successes == episodes ? 1 : min(1, center + half)
    return low...high
  }

  /// "0.93 [0.89, 0.96] (186 of 200)"
  public var description: String {
    guard episodes > 0 else { return "no episodes" }
    let text = [rate, interval.lowerBound, interval.upperBound].map { String(format: "%.2f", $0) }
    return "\(text[0]) [\(text[1]), \(text[2])] (\(successes) of \(episodes))"
  }
}
