import NanoVLA
import Tabletop
import Testing

@Suite struct SuccessRateTests {
  @Test(
    "the interval is Wilson's",
    arguments: [
      (10, 10, 0.7224672, 1.0), (186, 200, 0.8859452, 0.9578478), (0, 5, 0.0, 0.4344825),
      (1, 3, 0.0614919, 0.7923404),
    ])
  func wilson(successes: Int, episodes: Int, low: Double, high: Double) {
    let interval = SuccessRate(successes: successes, episodes: episodes).interval
    #expect(abs(interval.lowerBound - low) < 1e-6)
    #expect(abs(interval.upperBound - high) < 1e-6)
  }

  @Test("each end of the interval is a rate from which the result is z standard errors away")
  func definition() {
    for (successes, episodes) in [(1, 2), (7, 40), (93, 100), (500, 1000)] {
      let result = SuccessRate(successes: successes, episodes: episodes)
      for end in [result.interval.lowerBound, result.interval.upperBound] {
        let standardError = (end * (1 - end) / Double(episodes)).squareRoot()
        #expect(abs(abs(result.rate - end) / standardError - 1.959964) < 1e-5)
      }
    }
  }

  @Test("a rate is printed with its interval and its counts")
  func printing() {
    let text = SuccessRate(successes: 186, episodes: 200).description
    #expect(text == "0.93 [0.89, 0.96] (186 of 200)")
    let all = SuccessRate(successes: 10, episodes: 10).description
    #expect(all == "1.00 [0.72, 1.00] (10 of 10)")
  }

  @Test("no episodes tell nothing: the interval is 0 to 1, and no number is NaN")
  func none() {
    let nothing = SuccessRate([Bool]())
    #expect(nothing.rate == 0)
    #expect(nothing.interval == 0...1)
    #expect(nothing.description == "no episodes")
  }

  @Test("outcomes are counted, and the interval always holds the rate")
  func counting() {
    #expect(SuccessRate([true, false, true]) == SuccessRate(successes: 2, episodes: 3))
    for episodes in 1...60 {
      for successes in 0...episodes {
        let result = SuccessRate(successes: successes, episodes: episodes)
        #expect(result.interval.contains(result.rate))
        #expect(result.interval.lowerBound >= 0)
        #expect(result.interval.upperBound <= 1)
      }
    }
  }
}
