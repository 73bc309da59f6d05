import Foundation
import NanoVLA
import Tabletop
import Tensors
import Testing

/// The control that names another task, driven by policies whose behaviour is known beforehand.
@Suite struct OtherInstructionTests {
  /// What the expert does for `task` from the start of episode `seed`, step after step.
  private func plan(_ suite: Tabletop.Suite, _ seed: UInt64, other: Bool) -> [[Float]] {
    var start = suite.initialState(seed: seed)
    if other { start.task = suite.otherTask(than: start.task, in: start.scene) }
    var world = TabletopWorld(start)
    var actions: [[Float]] = []
    while world.outcome == .running {
      actions.append(Expert.action(for: world))
      world.step(actions.last!)
    }
    let rest: [Float] = [0, 0, 0, 0, 0, 0, actions.last![6]]
    return actions + Array(repeating: rest, count: suite.horizon - actions.count)
  }

  private func episode(
    _ suite: Tabletop.Suite, seed: UInt64, plan: [[Float]], told control: ClosedLoop.Control
  ) throws -> ClosedLoop.Episode {
    let space = ActionSpace.tabletop
    let bounds = space.dimensions.map(\.bounds)
    let statistics = try ActionStatistics(
      of: [
        RobotAction(bounds.map(\.lowerBound)), RobotAction(bounds.map(\.upperBound)),
      ], in: space, trajectories: 1)
    // Percentiles of two rows lie inside them; as bounds they are the extremes.
    let wide = try ActionStatistics(
      action: DimensionStatistics(
        mean: statistics.action.mean, std: statistics.action.std, max: statistics.action.max,
        min: statistics.action.min, q01: statistics.action.min, q99: statistics.action.max),
      mask: space.mask, transitions: 2, trajectories: 1)
    let normalized = try plan.flatMap { try wide.normalized(RobotAction($0)).values }
    let policy = try VLA(
      backbone: BlindBackbone(), space: space, statistics: wide,
      head: RecitingHead(chunk: plan.count, plan: normalized), usesProprioception: false)
    let loop = ClosedLoop(suite: suite, executed: plan.count, control: control, keepsFrames: true)
    return try loop(policy, seeds: seed..<seed + 1)[0]
  }

  @Test(
    "a policy that does not listen achieves the original task, and fails the one it was told",
    arguments: Tabletop.Suite.allCases)
  func deaf(suite: Tabletop.Suite) throws {
    for seed in Tabletop.Suite.heldOutSeeds(12) {
      let plan = plan(suite, seed, other: false)
      let plain = try episode(suite, seed: seed, plan: plan, told: .none)
      #expect(plain.ending == .success && plain.achievedOriginal)
      let told = try episode(suite, seed: seed, plan: plan, told: .otherInstruction)
      #expect(told.achievedOriginal, "seed \(seed): \(plain.instruction)")
      #expect(told.ending != .success, "seed \(seed): \(told.instruction)")
      #expect(told.instruction != plain.instruction)
    }
  }

  @Test(
    "a policy that listens does what it was told, and not the original task",
    arguments: Tabletop.Suite.allCases)
  func listening(suite: Tabletop.Suite) throws {
    for seed in Tabletop.Suite.heldOutSeeds(12) {
      let plan = plan(suite, seed, other: true)
      let told = try episode(suite, seed: seed, plan: plan, told: .otherInstruction)
      #expect(told.ending == .success, "seed \(seed): \(told.instruction)")
      #expect(!told.achievedOriginal)
      #expect(told.frames.count == told.steps && told.lastFrame != nil)
    }
  }

  @Test("doing nothing ends in time without a grasp, or in a push that did not happen")
  func idle() throws {
    for suite in Tabletop.Suite.allCases {
      for seed in Tabletop.Suite.heldOutSeeds(6) {
        let still = Array(repeating: [0, 0, 0, 0, 0, 0, -1] as [Float], count: suite.horizon)
        let episode = try episode(suite, seed: seed, plan: still, told: .none)
        let pushes = episode.instruction.hasPrefix("push")
        #expect(episode.ending == (pushes ? .notPushed : .nothingGrasped))
        #expect(episode.steps == suite.horizon && episode.outcome == .timeout)
      }
    }
  }

  @Test("the wrong object lifted, and one step of two done, have names of their own")
  func endings() throws {
    let seed = Tabletop.Suite.firstHeldOutSeed
    let wrong = try episode(
      .object, seed: seed, plan: plan(.object, seed, other: true), told: .none)
    #expect(wrong.ending == .otherLifted)
    var half = plan(.long, seed, other: false)
    let start = Tabletop.Suite.long.initialState(seed: seed)
    var world = TabletopWorld(start)
    for index in half.indices {
      if world.achievedGoals > 0 { half[index] = [0, 0, 0, 0, 0, 0, -1] }
      world.step(half[index])
    }
    #expect(try episode(.long, seed: seed, plan: half, told: .none).ending == .secondStep)
    let running = TabletopWorld(start)
    #expect(Ending(of: running, grasped: nil) == nil)
  }
}

/// Sees nothing and reads nothing.
private final class BlindBackbone: Backbone {
  static let kind = "blind"
  struct Configuration: Codable, Equatable {}
  let configuration = Configuration()
  static func make(
    _: Configuration, relativeTo: URL?, using _: inout SeededRandom
  ) throws -> BlindBackbone { BlindBackbone() }
  var imageSize: Int? { 16 }
  func stateWidth(usesProprioception: Bool) -> Int { 1 }
  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor { Tensor(observations.map { _ in 0 }, shape: [observations.count, 1]) }
}

/// Says one chunk by heart.
private final class RecitingHead: ActionHead {
  static let kind = "reciting"
  struct Configuration: Codable, Equatable { var plan: [Float] }
  let configuration: Configuration
  let chunk: Int
  let dimensions = 7
  private var plan: [Float] { configuration.plan }

  init(chunk: Int, plan: [Float]) {
    (self.chunk, configuration) = (chunk, Configuration(plan: plan))
  }
  convenience init(
    _ configuration: Configuration, for place: HeadContext, using _: inout SeededRandom
  ) { self.init(chunk: place.chunk, plan: configuration.plan) }

  func loss(_: Tensor, _: ActionChunks, using _: inout SeededRandom) -> Tensor {
    Tensor([0], shape: [1])
  }
  func expectedInitialLoss(_: ActionChunks) -> Float { 0 }
  func actions(for state: Tensor, using _: inout SeededRandom) -> Tensor {
    Tensor((0..<state.dim(0)).flatMap { _ in plan }, shape: [state.dim(0), chunk, 7])
  }
}
