import NanoVLA
import Runs
import Tabletop
import Tensors
import Testing

@Suite struct CaptionExamplesTests {
  private func policy(_ seed: UInt64 = 0) throws -> VLA {
    var random = SeededRandom(seed: seed)
    return try VLA(
      backbone: .bundled(), statistics: .bundled(),
      head: .init(TextHead.self, .init(width: 32)), using: &random)
  }

  @Test("a caption names the half of the table, left or right and far or near, of each object")
  func sentences() throws {
    let examples = try CaptionExamples(for: try policy(), count: 60, firstSeed: 77)
    let place = "the (left|right) (far|near)"
    let pattern = try Regex("^\(place)( in \(place))?( then \(place))?$")
    #expect(examples.captions.allSatisfy { $0.wholeMatch(of: pattern) != nil })
    #expect(examples.captions.contains { $0.contains("then") })
    #expect(examples.states.shape[0] == 60)
    // The backbone points at the objects: x, y of the first one are numbers 6 and 7 of its state.
    let agreeing = examples.captions.enumerated().count { n, caption in
      caption.hasPrefix(
        "the \(examples.states[n, 6] < 0.5 ? "left" : "right") "
          + (examples.states[n, 7] < 0.5 ? "far" : "near"))
    }
    #expect(agreeing >= 54)
  }

  @Test("one seed, one set of captions; another, others")
  func seeds() throws {
    let policy = try policy()
    func captions(_ seed: UInt64) throws -> [String] {
      try CaptionExamples(for: policy, count: 20, firstSeed: seed).captions
    }
    #expect(try captions(5) == captions(5))
    #expect(try captions(5) != captions(500))
  }

  @Test("co-trained, a policy acts far above chance and describes images that it never saw")
  func coTraining() throws {
    let policy = try policy()
    let head = try #require(policy.head as? TextHead)
    let demonstrations = try DemonstrationDataset.bundled().demonstrations
    let training = BehaviorCloning(
      policy, on: try CloningExamples(demonstrations, for: policy), steps: 300, peak: 6e-3,
      weightDecay: 0.1)
    try head.coTrain(on: try CaptionExamples(for: policy, count: 800))
    let heldOut = try CaptionExamples(
      for: policy, count: 200, firstSeed: CaptionExamples.firstHeldOutSeed)
    #expect(heldOut.accuracy(of: head) == 0)
    while !training.isDone { training.step() }
    let commonest = Dictionary(grouping: heldOut.captions) { $0 }.values.map(\.count).max()!
    let (right, chance) = (heldOut.accuracy(of: head), Double(commonest) / 200)
    #expect(right > chance + 0.15, "\(right) of the captions, the commonest \(chance)")
    let success = SuccessRate(
      of: try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2)(
        policy, seeds: Suite.heldOutSeeds(40)))
    #expect(success.rate > 0.6, "\(success)")
  }
}
