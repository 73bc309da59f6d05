import Foundation
import Testing

@testable import Blackboard

@Suite struct EstimateTests {
  @Test("the mean, the deviation and the interval of a small sample")
  func known() {
    let estimate = Estimate([1.0, 2, 3, 4])
    #expect(estimate.mean == 2.5)
    #expect(abs(estimate.deviation - (5.0 / 3).squareRoot()) < 1e-12)
    #expect(abs(estimate.halfWidth - 3.182 * estimate.deviation / 2) < 1e-12)
    #expect(estimate.description == "2.50 ± 2.05")
    #expect(Estimate([0.501, 0.502, 0.503]).description == "0.502 ± 0.002")
    #expect(Estimate([0.5, 0.5]).description == "0.50 ± 0.00")
    #expect(estimate.isSignificant)
    #expect(!Estimate([-1.0, 1, 2]).isSignificant)
  }

  @Test("a single value has no interval and is never significant")
  func single() {
    #expect(Estimate([0.5]).description == "0.5")
    #expect(!Estimate([0.5]).isSignificant)
  }

  @Test("the quantiles fall, and agree with published ones beyond the table")
  func quantiles() {
    let all = (1...200).map { Estimate.quantile(degreesOfFreedom: $0) }
    #expect(zip(all, all.dropFirst()).allSatisfy { $0 > $1 })
    for (n, value) in [(25, 2.060), (30, 2.042), (40, 2.021), (60, 2.000), (120, 1.980)] {
      #expect(abs(Estimate.quantile(degreesOfFreedom: n) - value) < 1e-3, "\(n)")
    }
  }

  @Test("the interval covers the true mean in 95 % of samples")
  func coverage() {
    var generator = SystemRandomNumberGenerator.Fixed(state: 7)
    let covered = (0..<4000).count { _ in
      let sample = (0..<5).map { _ in  // a sum of twelve uniform numbers is nearly normal
        (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
      }
      let estimate = Estimate(sample)
      return abs(estimate.mean) <= estimate.halfWidth
    }
    #expect((3740...3860).contains(covered))  // 3800 ± 4 deviations
  }
}

extension SystemRandomNumberGenerator {
  /// SplitMix64, so that the test draws the same numbers each time.
  fileprivate struct Fixed: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
