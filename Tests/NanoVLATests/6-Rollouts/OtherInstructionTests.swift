import Foundation
import NanoVLA
import Tabletop
import Tensors
import Testing

/// The control that names another task, with policies whose behavior is known beforehand.
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
    _ suite: Tabletop.Suite, seed: UInt64, plan: [[Float]],
    told control: TabletopEnvironment.Control
  ) throws -> Episode {
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
    let loop = ClosedLoop(
      in: TabletopEnvironment(suite, imageSize: 16, control: control), executionHorizon: plan.count,
      keepsRecord: true)
    return try loop(policy, seeds: seed..<seed + 1)[0]
  }

  @Test(
    "a policy that ignores its instruction achieves the original task and fails the one it was told",
    arguments: Tabletop.Suite.allCases)
  func ignoring(suite: Tabletop.Suite) throws {
    for seed in Tabletop.Suite.heldOutSeeds(12) {
      let plan = plan(suite, seed, other: false)
      let plain = try episode(suite, seed: seed, plan: plan, told: .none)
      #expect(plain.ending == .success && plain.achievedOriginalTask)
      let told = try episode(suite, seed: seed, plan: plan, told: .otherInstruction)
      #expect(told.achievedOriginalTask, "seed \(seed): \(plain.instruction)")
      #expect(told.ending != .success, "seed \(seed): \(told.instruction)")
      #expect(told.instruction != plain.instruction)
    }
  }

  @Test(
    "a policy that follows its instruction does what it was told, and not the original task",
    arguments: Tabletop.Suite.allCases)
  func following(suite: Tabletop.Suite) throws {
    for seed in Tabletop.Suite.heldOutSeeds(12) {
      let plan = plan(suite, seed, other: true)
      let told = try episode(suite, seed: seed, plan: plan, told: .otherInstruction)
      #expect(told.ending == .success, "seed \(seed): \(told.instruction)")
      #expect(!told.achievedOriginalTask)
      #expect(told.frames.count == told.steps + 1)
    }
  }

  @Test("doing nothing ends in time without a grasp, or in a push that did not happen")
  func idle() throws {
    for suite in Tabletop.Suite.allCases {
      for seed in Tabletop.Suite.heldOutSeeds(6) {
        let still = Array(repeating: [0, 0, 0, 0, 0, 0, -1] as [Float], count: suite.horizon)
        let episode = try episode(suite, seed: seed, plan: still, told: .none)
        let pushes = episode.instruction.hasPrefix("push")
        let failure: Failure = pushes ? .notPushed : .nothingGrasped
        #expect(episode.ending == .failure(failure.rawValue))
        #expect(episode.steps == suite.horizon)
      }
    }
  }

  @Test("the wrong object lifted, and one step of two done, have names of their own")
  func endings() throws {
    let seed = Tabletop.Suite.firstHeldOutSeed
    let wrong = try episode(
      .object, seed: seed, plan: plan(.object, seed, other: true), told: .none)
    #expect(wrong.ending == .failure(Failure.otherLifted.rawValue))
    var half = plan(.long, seed, other: false)
    let start = Tabletop.Suite.long.initialState(seed: seed)
    var world = TabletopWorld(start)
    for index in half.indices {
      if world.achievedGoals > 0 { half[index] = [0, 0, 0, 0, 0, 0, -1] }
      world.step(half[index])
    }
    let halfDone = try episode(.long, seed: seed, plan: half, told: .none)
    #expect(halfDone.ending == .failure(Failure.secondStep.rawValue))
    #expect(TabletopWorld(start).failure(grasped: nil) == nil)
  }
}
