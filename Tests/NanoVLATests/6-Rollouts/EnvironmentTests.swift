import NanoVLA
import Tensors
import TestSupport
import Testing
import VLMs

/// Closed-loop evaluation, recording and reinforcement learning in an environment that is defined here.
@Suite struct EnvironmentTests {
  private let world = LineWorld()

  /// A policy in the line world; its statistics are those of the recorded expert.
  private func policy(
    in space: ActionSpace = LineWorld.space, _ head: (inout SeededRandom) -> any ActionHead
  ) throws -> VLA {
    let actions = try Recorder(in: world)(seeds: 0..<20).flatMap(\.actions)
    var random = SeededRandom(seed: 4)
    return try VLA(
      backbone: ColorBackbone(), space: space,
      statistics: ActionStatistics(of: actions, in: LineWorld.space, trajectories: 20),
      head: head(&random), usesProprioception: false)
  }

  @Test("a recording holds the expert's clean actions and the states that the noise led to")
  func recording() throws {
    let recorder = Recorder(in: world) { action, random in
      RobotAction([action.values[0] + random.uniform(in: -0.05...0.05)])
    }
    let episodes = try recorder(seeds: 0..<10)
    let again = try recorder(seeds: 3..<5)
    #expect(episodes.map(\.seed) == Array(0..<10))
    #expect(again.map(\.actions) == episodes[3..<5].map(\.actions), "noise of another episode")
    var noise: Set<Float> = []
    for episode in episodes {
      #expect(episode.ending == .success && episode.instruction == "go home")
      #expect(episode.actions.count == episode.steps)
      #expect(episode.observations.count == episode.steps + 1)
      let x = episode.observations.map { $0.proprioception![0] }
      for t in 0..<episode.steps {
        #expect(episode.actions[t].values == [min(max(-x[t], -0.15), 0.15)])
        noise.insert(x[t + 1] - x[t] - episode.actions[t].values[0])
      }
      #expect(abs(x.last!) < 0.1)
    }
    #expect(noise.count > 10 && noise.allSatisfy { abs($0) < 0.051 })
  }

  @Test("a policy that always moves right comes home from the left only", arguments: [1, 2, 3])
  func closedLoop(horizon: Int) throws {
    let policy = try policy { _ in RecitingHead(chunk: 3, plan: [1, 1, 1]) }
    let loop = ClosedLoop(in: world, executionHorizon: horizon, keepsRecord: true)
    let seeds = world.heldOutSeeds(30)
    let episodes = try loop(policy, seeds: seeds)
    #expect(episodes.map(\.seed) == seeds)
    for episode in episodes {
      let start = episode.observations[0].proprioception![0]
      #expect(episode.ending == (start < 0 ? .success : .failure("did not come home")))
      #expect(episode.achievedOriginalTask == (start < 0))
      #expect(start < 0 || episode.steps == 12)
      #expect(episode.frames.count == episode.steps + 1)
    }
    let successes = episodes.count { $0.ending.isSuccess }
    #expect((5...25).contains(successes))
    #expect(SuccessRate(of: episodes) == SuccessRate(successes: successes, episodes: 30))
  }

  @Test("a policy for another action space is refused before it moves")
  func otherSpace() throws {
    let other = ActionSpace(
      [.init("dx", unit: "feet per step", bounds: -0.2...0.2)], gripperConvention: .positiveClosed)
    let policy = try policy(in: other) { _ in RecitingHead(chunk: 1, plan: [1]) }
    #expect(throws: ActionError.self) {
      try ClosedLoop(in: world, executionHorizon: 1)(policy, seeds: [1])
    }
  }

  @Test("a policy clones the expert from recorded episodes")
  func cloning() throws {
    let policy = try policy { random in
      TokenHead(
        .init(bins: 5, hidden: 16),
        for: .init(inputs: 2, chunk: 2, space: ActionSpace(dimensions: 1)), using: &random)
    }
    let episodes = try Recorder(in: world)(seeds: 0..<20)
    let examples = try CloningExamples(episodes, for: policy)
    #expect(examples.count == episodes.map(\.steps).reduce(0, +))
    let training = BehaviorCloning(policy, on: examples, steps: 200)
    for _ in 0..<200 { training.step() }
    let loop = ClosedLoop(in: world, executionHorizon: 2)
    #expect(SuccessRate(of: try loop(policy, seeds: world.heldOutSeeds(50))).rate >= 0.95)
  }

  @Test("reinforcement learning brings a random policy home from both sides")
  func learning() throws {
    let policy = try policy { random in
      TokenHead(
        .init(bins: 5, hidden: 16),
        for: .init(inputs: 2, chunk: 2, space: ActionSpace(dimensions: 1)), using: &random)
    }
    var settings = GRPOSettings()
    (settings.iterations, settings.groups, settings.minibatchSize) = (20, 16, 64)
    (settings.learningRate, settings.evaluateEvery) = (1e-2, 0)
    let trainer = try GRPOTrainer(policy, in: world, settings)
    let before = try trainer.evaluate().rate
    while !trainer.isDone { try trainer.step() }
    let after = try trainer.evaluate().rate
    #expect(before <= 0.7 && after >= 0.95, "\(before) → \(after)")
    #expect(try trainer.evaluateStart().rate == before)
  }
}
