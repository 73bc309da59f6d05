import NanoVLA
import Runs
import Tabletop
import Testing

@Suite struct PairedComparisonTests {
  /// [both, only first, only second, neither] → interval and p-value.
  /// The first is of Cavo et al. (2012), as the CRAN package contingencytables prints it, −0.1186 …
  /// −0.0046; the others were computed by other code in 40 decimal digits and in exact fractions.
  static let golden: [([Int], low: Double, high: Double, p: Double)] = [
    ([59, 6, 16, 80], -0.1186212, -0.0046251, 0.05247879028),
    ([1, 1, 7, 12], -0.5069202, -0.0255591, 0.0703125),
    ([14, 5, 0, 22], 0.0114832, 0.2264927, 0.0625),
    ([150, 12, 30, 8], -0.1542830, -0.0265500, 0.007915897335),
    ([0, 0, 0, 20], -0.1611252, 0.1611252, 1),
    ([20, 0, 0, 0], -0.1611252, 0.1611252, 1),
    ([0, 7, 3, 0], -0.2064437, 0.7844175, 0.34375),
    ([90, 10, 0, 100], 0.0183240, 0.0812625, 0.001953125),
    ([0, 50, 50, 0], -0.1923369, 0.1923369, 1),
    ([3, 9, 9, 3], -0.3216864, 0.3216864, 1),
  ]

  private func comparison(_ counts: [Int]) -> PairedComparison {
    .init(both: counts[0], onlyFirst: counts[1], onlySecond: counts[2], neither: counts[3])
  }

  @Test("the interval is that of Newcombe's method 10, the p-value McNemar's exact one")
  func goldenValues() {
    for (counts, low, high, p) in Self.golden {
      let result = comparison(counts)
      #expect(abs(result.interval.lowerBound - low) < 1e-6, "\(counts)")
      #expect(abs(result.interval.upperBound - high) < 1e-6, "\(counts)")
      #expect(abs(result.pValue - p) < 1e-9, "\(counts)")
    }
  }

  @Test("thousands of episodes neither overflow nor vanish")
  func manyStarts() {
    #expect(abs(comparison([0, 400, 520, 0]).pValue / 8.549170923883778e-05 - 1) < 1e-9)
    #expect(abs(comparison([0, 4900, 5100, 0]).pValue / 0.04658552770494739 - 1) < 1e-9)
    #expect(comparison([0, 100_000, 0, 0]).pValue == 0)
  }

  @Test("changing places turns the difference round, and nothing else")
  func symmetry() {
    for (counts, _, _, _) in Self.golden {
      let (one, other) = (
        comparison(counts), comparison([counts[0], counts[2], counts[1], counts[3]])
      )
      #expect(one.difference == -other.difference)
      #expect(abs(one.interval.lowerBound + other.interval.upperBound) < 1e-12)
      #expect(one.pValue == other.pValue)
      #expect(one.first == other.second)
    }
  }

  @Test("outcomes are counted by initial state")
  func counting() {
    let result = PairedComparison(
      [true, true, false, true, false, false], [true, false, true, true, false, true])
    #expect(result == PairedComparison(both: 2, onlyFirst: 1, onlySecond: 2, neither: 1))
    #expect(result.first == SuccessRate(successes: 3, episodes: 6))
    #expect(result.second == SuccessRate(successes: 4, episodes: 6))
    #expect(abs(result.difference + 1.0 / 6) < 1e-12)
  }

  @Test("without episodes the interval is −1 … 1; every interval contains the difference")
  func bounds() {
    let nothing = PairedComparison([], [])
    #expect(nothing.interval == -1...1 && nothing.pValue == 1 && nothing.difference == 0)
    for a in 0..<5 {
      for b in 0..<5 {
        for c in 0..<5 {
          for d in 0..<5 where a + b + c + d > 0 {
            let result = comparison([a, b, c, d])
            #expect((-1...1).contains(result.interval.lowerBound))
            #expect((-1...1).contains(result.interval.upperBound))
            #expect(result.interval.contains(result.difference))
            #expect((0...1).contains(result.pValue))
          }
        }
      }
    }
  }
}
