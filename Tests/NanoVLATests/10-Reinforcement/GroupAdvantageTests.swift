import NanoVLA
import Tabletop
import TestSupport
import Testing

@Suite struct GroupAdvantageTests {
  @Test("of eight, one success weighs +2.47 and each failure −0.35; of four, ±0.94")
  func golden() {
    let one = GroupAdvantage(rewards: [0, 0, 1, 0, 0, 0, 0, 0]).advantages
    #expect(abs(one[2] - 2.474_866) < 1e-4)
    #expect(one.enumerated().allSatisfy { $0 == 2 || abs($1 + 0.353_552) < 1e-5 })
    let four = GroupAdvantage(rewards: [1, 0, 1, 0, 1, 0, 1, 0]).advantages
    #expect(
      four.enumerated().allSatisfy { abs($1 - ($0 % 2 == 0 ? 0.935_413 : -0.935_413)) < 1e-5 })
  }

  @Test("any rewards give what a plain loop in double precision gives", arguments: [2, 3, 8, 17])
  func plainLoop(count: Int) {
    let rewards = uniform(count, seed: UInt64(count)).values
    let found = GroupAdvantage(rewards: rewards).advantages
    var (sum, squares) = (0.0, 0.0)
    for reward in rewards { sum += Double(reward) }
    let mean = sum / Double(count)
    for reward in rewards { squares += (Double(reward) - mean) * (Double(reward) - mean) }
    let deviation = (squares / Double(count - 1)).squareRoot()
    let expected = rewards.map { Float((Double($0) - mean) / (deviation + 1e-6)) }
    #expect(maximumDifference(found, expected) < 1e-4)
  }

  @Test("groups that all fail or all succeed teach nothing, all others do", arguments: 0...8)
  func uniformGroups(successes: Int) {
    let group = GroupAdvantage(rewards: (0..<8).map { $0 < successes ? 1 : 0 })
    #expect(group.hasSignal == (1...7 ~= successes))
    if !group.hasSignal { #expect(group.advantages.allSatisfy { $0 == 0 }) }
  }

  @Test("a single rollout has nothing to be compared with")
  func single() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = GroupAdvantage(rewards: [1])
    }
    expectMessage(result, "[1.0]", "at least two")
  }
}
