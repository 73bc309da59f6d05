import Images
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

@Suite struct HistoryTests {
  private func policy(history: Int = 1, head: ActionHeadKind = .l1) throws -> VLA {
    var random = SeededRandom(seed: 1)
    return try VLA(
      backbone: try .bundled(), statistics: try .bundled(), head: head, history: history,
      using: &random)
  }

  /// The first thing that each step's window remembers, told by its proprioception.
  private func observation(_ t: Int) -> Observation {
    Observation(RGBImage(width: 1, height: 1), proprioception: [Float(t)])
  }

  @Test("a window holds the last observations, the oldest first; the first fills what is missing")
  func windows() {
    var history = History(length: 3)
    let expected = [[0, 0, 0], [0, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4]] as [[Float]]
    for t in 0..<5 {
      history.append(observation(t))
      let window = history.window.map { $0.proprioception![0] }
      #expect(window == expected[t])
    }
  }

  @Test("by default there is no history: a window is the present alone")
  func off() throws {
    #expect(try policy().history == 1)
    var history = History()
    for t in 0..<3 { history.append(observation(t)) }
    let window = history.window.map { $0.proprioception![0] }
    #expect(window == [2])
  }

  @Test("no observation, and a window of none, stop with what is missing")
  func empty() async {
    let unseen = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = History(length: 2).window
    }
    expectMessage(unseen, "no observation yet")
    let none = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = History(length: 0)
    }
    expectMessage(none, "a window of 0 observations")
  }

  @Test("with three observations the head is told three times as much, and learns from as much")
  func width() throws {
    let demonstrations = [try #require(Demonstration.record(suite: .object, seed: 0))]
    let one = try CloningExamples(demonstrations, for: policy()).states
    let three = try CloningExamples(demonstrations, for: policy(history: 3)).states
    #expect(three.shape == [one.dim(0), 3 * one.dim(1)])
  }

  @Test("the examples to learn from have the windows that driving will give")
  func examples() throws {
    let policy = try policy(history: 3)
    let episodes = [0, 1].compactMap { Demonstration.record(suite: .object, seed: $0) }
    let examples = try CloningExamples(episodes, for: policy)
    var expected: [Float] = []
    for episode in episodes {
      var history = History(length: policy.history)
      for (frame, proprioception) in zip(episode.frames, episode.proprioception) {
        history.append(Observation(frame, proprioception: proprioception))
        expected += try withoutGradient {
          try policy.state(of: [history.window], instructions: [episode.instruction]).values
        }
      }
    }
    #expect(maximumDifference(examples.states.values, expected) < 1e-5)
  }

  @Test("a window of another length is refused with both numbers", arguments: [0, 1, 3])
  func wrongLength(count: Int) throws {
    let policy = try policy(history: 2)
    let world = TabletopWorld(Suite.object.initialState(seed: 1))
    let seen = Observation(
      Renderer().render(world.scene), proprioception: world.proprioception)
    let error = #expect(throws: PolicyError.history(expected: 2, found: count)) {
      try policy.predictChunk(
        Array(repeating: seen, count: count), instruction: world.instruction)
    }
    let text = "\(error.map(\.description) ?? "")"
    #expect(text.contains("remembers 2") && text.contains("\(count) were given"))
    #expect(!text.contains("\n"))
    let chunk = try policy.predictChunk([seen, seen], instruction: world.instruction)
    #expect(chunk.map(\.count) == [7, 7])
    #expect(throws: PolicyError.history(expected: 2, found: 1)) {
      try policy.predictAction(
        seen.image, instruction: world.instruction, proprioception: seen.proprioception)
    }
  }

  @Test("every observation of a window is checked, not the last alone")
  func checksAll() throws {
    let policy = try policy(history: 2)
    let world = TabletopWorld(Suite.object.initialState(seed: 1))
    let good = Observation(
      Renderer().render(world.scene), proprioception: world.proprioception)
    let large = Observation(
      RGBImage(width: 128, height: 96), proprioception: world.proprioception)
    #expect(throws: PolicyError.imageSize(width: 128, height: 96, expected: 64)) {
      try policy.predictChunk([large, good], instruction: world.instruction)
    }
    #expect(throws: PolicyError.noProprioception) {
      try policy.predictChunk([Observation(good.image), good], instruction: world.instruction)
    }
  }

  @Test("a policy that remembers two observations learns to drive the arm")
  func drives() throws {
    let policy = try policy(history: 2, head: .hybrid)
    let demonstrations = try DemonstrationDataset.bundled().demonstrations
    let examples = try CloningExamples(demonstrations, for: policy)
    let training = BehaviorCloning(policy, on: examples, steps: 400)
    for _ in 0..<400 { training.step() }
    let episodes = try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2)(
      policy, seeds: Suite.heldOutSeeds(40))
    #expect(SuccessRate(of: episodes).rate >= 0.7)
  }
}
