import NanoVLA
import Runs
import Tabletop
import TestSupport
import Testing

@Suite struct DelaySweepTests {
  @Test("each rate is that of rollouts with this delay, and decisions as often as it allows")
  func rates() throws {
    let (policy, seeds) = (try ClonedPolicy.copy(), Tabletop.Suite.heldOutSeeds(16))
    let world = TabletopEnvironment(.belt)
    let sweep = try DelaySweep(policy, in: world, delays: 0...1, seeds: seeds)
    let closed = SuccessRate(
      of: try ClosedLoop(in: world, executionHorizon: 1)(policy, seeds: seeds))
    for execution in Execution.allCases {
      let late = DelayedLoop(in: world, execution, delay: 1, executionHorizon: 1)
      #expect(sweep[execution, delay: 0] == closed)
      #expect(sweep[execution, delay: 1] == SuccessRate(of: try late(policy, seeds: seeds)))
    }
    #expect(sweep.curves.map(\.name) == ["synchronous", "asynchronous", "blended"])
    for (curve, execution) in zip(sweep.curves, Execution.allCases) {
      #expect(curve.points.map(\.x) == [0, 1])
      #expect(curve.points.map(\.y) == [closed.rate, sweep[execution, delay: 1].rate])
    }
  }

  @Test("a delay that the chunks are too short for is refused")
  func refused() throws {
    let policy = try ClonedPolicy.copy()
    #expect(throws: DelayError.chunkTooShort(.asynchronous, delay: 2, chunk: 2)) {
      try DelaySweep(
        policy, in: TabletopEnvironment(), delays: [0, 2], seeds: Tabletop.Suite.heldOutSeeds(1))
    }
  }
}
