import Diagnosis
import NanoVLA
import Runs
import Tabletop
import Testing

@Suite struct FaultTests {
  @Test(
    "a fault that raises no error lowers the success",
    arguments: [
      Fault.gripperSign, .wrongKey, .noStatistics, .flippedImage, .pixelRange, .invertedMask,
      .stateOrder,
    ])
  func lowersSuccess(fault: Fault) throws {
    let healthy = try Shared.setup.get()
    let broken = try fault.planted(in: healthy)
    let (before, after) = (try healthy.success(on: 20), try broken.success(on: 20))
    #expect(before.rate > 0.8)
    #expect(after.interval.upperBound < before.rate, "\(before) and \(after)")
  }

  @Test("planting a fault leaves the healthy policy as it was") func isIndependent() throws {
    let healthy = try Shared.setup.get()
    let observation = Observation(
      healthy.demonstrations[0].frames[0],
      proprioception: healthy.demonstrations[0].proprioception[0])
    func action(_ setup: Setup) throws -> [Float] {
      try setup.policy.predictAction(
        observation.image, instruction: healthy.demonstrations[0].instruction,
        proprioception: observation.proprioception
      ).values
    }
    let before = try action(healthy)
    let broken = try action(Fault.gripperSign.planted(in: healthy))
    #expect(try action(healthy) == before)
    #expect(broken[6] == -before[6] && broken[..<6] == before[..<6])
  }

  @Test("a full stop hides the last word, and only from the policy with that fault")
  func fullStop() throws {
    let healthy = try Shared.setup.get()
    let broken = try Fault.fullStop.planted(in: healthy)
    let observation = Observation(
      healthy.demonstrations[0].frames[0],
      proprioception: healthy.demonstrations[0].proprioception[0])
    func state(_ setup: Setup, _ text: String) throws -> [Float] {
      try setup.policy.state(of: [[observation]], instructions: [text]).values
    }
    #expect(
      try state(healthy, "pick up the red cup.") == state(healthy, "pick up the red cup"))
    #expect(try state(broken, "pick up the red cup.") == state(healthy, "pick up the red"))
  }

  @Test("every fault has a question, an explanation and a public thread", arguments: Fault.allCases)
  func stories(fault: Fault) {
    let story = fault.story
    #expect(story.question.hasSuffix("?"))
    #expect(story.explanation.count > 80 && !story.change.isEmpty)
    #expect(story.thread.contains("https://github.com/"))
    #expect(!fault.cause.next.isEmpty)
  }
}
