// A success rate is a guess from a few episodes; the interval says how good a guess.
//
// Why: 10 successes of 10 do not mean 100 %. They fit any policy from 72 % up, so two policies
// that score 9 and 10 of 10 have not been told apart. Print the interval with every rate.
//
// Source: Wilson, "Probable inference, the law of succession, and statistical inference" (1927).

import Foundation

/// The share of episodes that succeeded, with its 95 % Wilson interval.
public struct SuccessRate: Sendable, Equatable, CustomStringConvertible {
  public let successes, episodes: Int

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

  /// Successes per episode, 0 … 1. Of no episodes it is 0, and the interval 0 … 1: nothing known.
  public var rate: Double { episodes == 0 ? 0 : Double(successes) / Double(episodes) }

  /// The rates that would give such a result in 95 of 100 evaluations: those at most z standard
  /// errors away, with the standard error that EACH of them would have. (The plain ± z·√(p(1−p)/n)
  /// uses the error at the measured p, which is 0 after ten successes of ten.)
  public var interval: ClosedRange<Double> {
    guard episodes > 0 else { return 0...1 }
    let (n, p, z) = (Double(episodes), rate, 1.959963984540054)  // 95 % of a normal lie within ± z
    let center = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    // Rounding may step over the ends that the formula reaches exactly.
    let low = successes == 0 ? 0 : max(0, center - half)
    let high = successes == episodes ? 1 : min(1, center + half)
    return low...high
  }

  /// "0.93 [0.89, 0.96] (186 of 200)"
  public var description: String {
    guard episodes > 0 else { return "no episodes" }
    let numbers = [rate, interval.lowerBound, interval.upperBound]
    let text = numbers.map { String(format: "%.2f", $0) }
    return "\(text[0]) [\(text[1]), \(text[2])] (\(successes) of \(episodes))"
  }
}
