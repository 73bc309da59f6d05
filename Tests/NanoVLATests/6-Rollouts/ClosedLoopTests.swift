import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

/// A policy cloned from the bundled demonstrations, once for all tests here.
@Suite(.serialized) struct ClosedLoopTests {
  private static let cloned = Result {
    var random = SeededRandom(seed: 0)
    let policy = try VLA(backbone: try .bundled(), statistics: try .bundled(), using: &random)
    let demonstrations = try DemonstrationDataset.bundled().demonstrations
    let examples = try CloningExamples(demonstrations, for: policy)
    let training = BehaviorCloning(policy, on: examples, steps: 800)
    for _ in 0..<800 { training.step() }
    return policy
  }
  private let layouts = Suite.heldOutSeeds(60)

  private func rate(_ loop: ClosedLoop) throws -> Double {
    SuccessRate(of: try loop(Self.cloned.get(), seeds: layouts)).rate
  }

  @Test("800 steps on 100 demonstrations succeed on at least 7 of 10 new layouts")
  func success() throws {
    #expect(try rate(ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2)) >= 0.7)
  }

  @Test("with a blank image the same policy fails")
  func blank() throws {
    #expect(
      try rate(ClosedLoop(in: TabletopEnvironment(control: .blankImage), executionHorizon: 2))
        <= 0.2)
  }

  @Test("told to pick another object of the same scene, it picks that one")
  func otherInstruction() throws {
    let episodes = try ClosedLoop(
      in: TabletopEnvironment(control: .otherInstruction), executionHorizon: 2)(
        Self.cloned.get(), seeds: layouts)
    let original = episodes.count { $0.achievedOriginalTask }
    #expect(SuccessRate(of: episodes).rate >= 0.6)
    #expect(original <= 12)
    for (episode, seed) in zip(episodes, layouts) {
      #expect(episode.instruction != Suite.object.initialState(seed: seed).task.instruction)
    }
  }

  @Test("predicting at every step and averaging works too")
  func ensembles() throws {
    #expect(
      try rate(ClosedLoop(in: TabletopEnvironment(), executionHorizon: 1, ensembles: true)) >= 0.5)
  }

  @Test(
    "episodes come in the order of their seeds, the same each time, with a frame around each step")
  func deterministic() throws {
    let policy = try Self.cloned.get()
    let loop = ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2, keepsRecord: true)
    let (one, other) = (
      try loop(policy, seeds: Suite.heldOutSeeds(9)), try loop(policy, seeds: Suite.heldOutSeeds(9))
    )
    let seeds = one.map(\.seed)
    #expect(seeds == Array(Suite.heldOutSeeds(9)))
    for (a, b) in zip(one, other) {
      #expect(a.ending == b.ending && a.steps == b.steps && a.frames == b.frames)
      #expect(a.actions == b.actions && a.actions.count == a.steps)
      #expect(a.frames.count == a.steps + 1)
    }
  }

  @Test("no seeds, no episodes")
  func none() throws {
    let policy = try Self.cloned.get()
    #expect(
      try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 1)(policy, seeds: 7..<7).isEmpty)
  }

  @Test("an execution horizon longer than the chunk stops with both numbers")
  func tooMany() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SeededRandom(seed: 0)
      let policy = try VLA(backbone: try .bundled(), statistics: try .bundled(), using: &random)
      _ = try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 3)(policy, seeds: 0..<1)
    }
    expectMessage(result, "horizon of 3 actions", "chunk of 2")
  }

  @Test("an execution horizon of one, two or all three actions of a chunk works")
  func executed() throws {
    var random = SeededRandom(seed: 1)
    let policy = try VLA(
      backbone: try .bundled(), statistics: try .bundled(), head: .hybrid, chunk: 3,
      using: &random)
    let examples = try CloningExamples(DemonstrationDataset.bundled().demonstrations, for: policy)
    let training = BehaviorCloning(policy, on: examples, steps: 400)
    for _ in 0..<400 { training.step() }
    for executed in 1...3 {
      let episodes = try ClosedLoop(in: TabletopEnvironment(), executionHorizon: executed)(
        policy, seeds: layouts)
      #expect(SuccessRate(of: episodes).rate >= 0.8, "executed \(executed)")
    }
  }

  @Test("a policy whose gripper opens where this robot's closes is refused before it moves")
  func otherSpace() throws {
    var random = SeededRandom(seed: 0)
    let policy = try VLA(
      backbone: try .bundled(),
      space: ActionSpace(ActionSpace.tabletop.dimensions, gripperConvention: .oneOpen),
      statistics: try .bundled(), using: &random)
    #expect(throws: ActionError.otherSpace(["gripper oneOpen for positiveClosed"])) {
      try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 1)(policy, seeds: 0..<3)
    }
  }
}
