import Foundation
import NanoVLA
import Runs
import Tabletop
import TestSupport
import Tensors
import Testing

@Suite struct DelayedLoopTests {
  struct Case: CustomTestStringConvertible {
    let execution: Execution
    let K, d, s: Int
    var testDescription: String { "\(execution), K = \(K), d = \(d), s = \(s)" }
  }
  static let cases =
    Execution.allCases.flatMap { execution in
      [
        (8, 0, 1), (8, 0, 8), (8, 1, 1), (8, 2, 3), (8, 3, 3), (8, 3, 5), (8, 4, 4), (5, 1, 4),
        (2, 1, 1),
      ]
      .map { Case(execution: execution, K: $0, d: $1, s: $2) }
    }
    + [(8, 9, 2), (4, 17, 4), (1, 1, 1), (6, 5, 1)].map {
      Case(execution: .synchronous, K: $0, d: $1, s: $2)
    }

  /// What the robot does in each of the 40 steps, by a simulation of the thinking policy: a chunk is
  /// asked for, is on its way, arrives.
  private func schedule(_ test: Case) -> [[Float]] {
    let (K, d, s) = (test.K, test.d, test.s)
    var done: [[Float]] = []
    var (chunk, next) = ([[Float]](), 0)  // what the robot executes, and where in it it is
    var asked: Int?, executedSinceAsked = 0, gripper: Float = -1
    func arrive(at t: Int) {
      guard let began = asked, t == began + d else { return }
      let arrived = (0..<K).map { i -> [Float] in
        let new = ClockHead.action(i, decidedAt: began)
        guard test.execution == .blended, d > 0, !chunk.isEmpty, i < K - s else { return new }
        let old = chunk[i + s]  // the chunk before was decided on s executed actions earlier
        let c = (Float(K) - Float(s) - Float(i)) / (Float(K) - Float(s) - Float(d) + 1)
        let w = i < d ? 1 : c * (exp(c) - 1) / (exp(1) - 1)
        return [w * old[0] + (1 - w) * new[0], w * old[1] + (1 - w) * new[1]]
      }
      (chunk, next, asked) = (arrived, executedSinceAsked, nil)
    }
    for t in 0..<ClockWorld.length {
      arrive(at: t)
      if asked == nil, t == 0 || executedSinceAsked == s { (asked, executedSinceAsked) = (t, 0) }
      arrive(at: t)  // at once, without a delay
      let waits = asked != nil && (test.execution == .synchronous || chunk.isEmpty)
      if waits {
        done.append([0, gripper])
      } else {
        done.append(chunk[next])
        gripper = chunk[next][1]
        (next, executedSinceAsked) = (next + 1, executedSinceAsked + 1)
      }
    }
    return done
  }

  @Test("what is executed is what a robot with a slow policy executes", arguments: cases)
  func executed(_ test: Case) throws {
    let loop = DelayedLoop(
      in: ClockWorld(), test.execution, delay: test.d, executionHorizon: test.s, keepsRecord: true)
    let episodes = try loop(VLA.clock(chunk: test.K), seeds: 0..<3)
    let expected = schedule(test)
    #expect(episodes.count == 3)
    for episode in episodes {
      let error =
        zip(episode.actions.flatMap(\.values), expected.flatMap { $0 })
        .map { abs($0 - $1) }.max() ?? 1
      #expect(episode.actions.count == expected.count && error < 1e-5)
    }
  }

  @Test("a chunk's actions of the steps before it arrives are never executed, the old one's are")
  func committed() throws {
    let actions = try DelayedLoop(
      in: ClockWorld(), .asynchronous, delay: 3, executionHorizon: 4, keepsRecord: true)(
        VLA.clock(chunk: 8), seeds: 0..<1)[0].actions
    let times = actions.map { Int($0.values[0] * 64) }  // of the decision
    let places = actions.map { Int(($0.values[0] * 1024).rounded()) % 16 }
    #expect(times.prefix(15) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 11])
    #expect(places.prefix(15) == [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 3, 4, 5, 6, 3])
  }

  @Test(
    "without a delay every mode is ClosedLoop, bit for bit", arguments: Execution.allCases,
    ["tokens", "flow"])
  func noDelay(_ execution: Execution, head: String) throws {
    var random = SeededRandom(seed: 0)
    let policy = try VLA(
      backbone: .bundled(), statistics: .bundled(), head: ActionHeadKind.known[head]!, chunk: 4,
      using: &random)
    unsettle(policy.head)
    let (world, seeds) = (TabletopEnvironment(.belt), Tabletop.Suite.heldOutSeeds(5))
    for horizon in [1, 3, 4] {
      let closed = ClosedLoop(in: world, executionHorizon: horizon, keepsRecord: true)
      let delayed = DelayedLoop(
        in: world, execution, delay: 0, executionHorizon: horizon, keepsRecord: true)
      for (a, b) in zip(try closed(policy, seeds: seeds), try delayed(policy, seeds: seeds)) {
        #expect(a.actions == b.actions && a.frames == b.frames)
        #expect(a.ending == b.ending && a.seed == b.seed && a.steps == b.steps)
      }
    }
  }

  @Test("a blended flow executes the committed actions, and leaves weights and gradients alone")
  func blendedFlow() throws {
    var random = SeededRandom(seed: 0)
    let policy = try VLA(
      backbone: .bundled(), statistics: .bundled(), head: .flow, chunk: 6, using: &random)
    unsettle(policy.head)
    policy.head.parameters[0].isFrozen = true
    let before = policy.head.parameters.map(\.values)
    func actions(_ execution: Execution) throws -> [[RobotAction]] {
      try DelayedLoop(
        in: TabletopEnvironment(), execution, delay: 2, executionHorizon: 3, keepsRecord: true)(
          policy, seeds: Tabletop.Suite.heldOutSeeds(2)
        ).map(\.actions)
    }
    let (blended, plain) = (try actions(.blended), try actions(.asynchronous))
    for (a, b) in zip(blended, plain) {
      // Two waits, three actions, two committed ones; the first new one differs.
      #expect(a.prefix(7) == b.prefix(7) && a[7] != b[7])
    }
    #expect(policy.head.parameters.map(\.values) == before)
    #expect(policy.head.parameters.allSatisfy { $0.gradient == nil })
    #expect(policy.head.parameters.map(\.isFrozen) == before.indices.map { $0 == 0 })
  }

  @Test("a robot that waits does not move, and holds what it holds")
  func waiting() {
    let space = ActionSpace.tabletop
    let action = RobotAction(dx: 0.1, dy: 0.2, dz: -0.1, roll: 1, gripper: 1)
    #expect(space.standingStill(after: action).values == [0, 0, 0, 0, 0, 0, 1])
    #expect(space.standingStill(after: nil).values == [0, 0, 0, 0, 0, 0, -1])
    let other = ActionSpace(space.dimensions, gripperConvention: .oneOpen)
    #expect(other.standingStill(after: nil).values == [0, 0, 0, 0, 0, 0, 1])
  }

  @Test(
    "delays, horizons and chunks that do not go together are refused with the numbers",
    arguments: [
      (Execution.asynchronous, -1, 2, DelayError.delay(-1), "-1 steps"),
      (.synchronous, 10_001, 2, .delay(10_001), "0 to 10000"),
      (.synchronous, 1, 0, .horizon(0, chunk: 8), "1 to 8"),
      (.synchronous, 9, 9, .horizon(9, chunk: 8), "1 to 8"),
      (.blended, 5, 5, .chunkTooShort(.blended, delay: 5, chunk: 8), "at least 10 actions"),
      (.asynchronous, 8, 8, .chunkTooShort(.asynchronous, delay: 8, chunk: 8), "synchronously"),
      (.asynchronous, 3, 2, .horizonForDelay(2, delay: 3, chunk: 8), "must be 3 to 5"),
      (.blended, 1, 8, .horizonForDelay(8, delay: 1, chunk: 8), "must be 1 to 7"),
    ])
  func refused(_ execution: Execution, d: Int, s: Int, error: DelayError, text: String) throws {
    let loop = DelayedLoop(in: ClockWorld(), execution, delay: d, executionHorizon: s)
    #expect(throws: error) { try loop(VLA.clock(chunk: 8), seeds: 0..<1) }
    #expect(error.description.contains(text) && !error.description.contains("\n"))
  }
}
