import Foundation
import NanoVLA
import Tabletop
import Testing

/// Eighty-seven actions of a fixed pattern: two that vary, one that never does, and a gripper.
private let actions = (0..<87).map { i -> RobotAction in
  let wave = Float((i * 37) % 101) / 50 - 1
  let ramp = Float((i * i * 7) % 53) / 10
  return RobotAction([wave, ramp, 0.25, i % 3 == 0 ? -1 : 1])
}
private let space = ActionSpace(
  ["dx", "dy", "dz", "gripper"].map { ActionSpace.Dimension($0, unit: "m", bounds: -9...9) },
  gripperConvention: .positiveClosed)

private func isClose(_ a: [Float], _ b: [Float], within tolerance: Float = 1e-6) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
}

@Suite struct ActionStatisticsTests {
  private let statistics = try! ActionStatistics(of: actions, in: space, trajectories: 3)

  @Test("the six numbers of each dimension are NumPy's")
  func numbers() {
    // numpy.mean, std, max, min and quantile of the same 87 rows.
    let columns = statistics.action
    #expect(isClose(columns.mean, [-0.014022987, 2.6057472, 0.25, 0.33333334]))
    #expect(isClose(columns.std, [0.58411235, 1.6330886, 0, 0.94280905]))
    #expect(isClose(columns.max, [1, 5.2, 0.25, 1]))
    #expect(isClose(columns.min, [-1, 0, 0.25, -1]))
    #expect(isClose(columns.q01, [-0.9828, 0, 0.25, -1]))
    #expect(isClose(columns.q99, [0.9828, 5.2, 0.25, 1]))
    #expect(statistics.mask == [true, true, true, false])
    #expect(statistics.transitions == 87)
    #expect(statistics.trajectories == 3)
  }

  @Test("q01 becomes −1, q99 becomes +1, the constant 0, and the gripper stays")
  func formula() throws {
    let middle = try statistics.normalized(RobotAction([0.3, 1.7, 0.25, -1]))
    #expect(isClose(middle.values, [0.30525029, -0.34615382, 0, -1]))
    let low = try statistics.normalized(RobotAction([-0.9828, -50, 7, 0.3]))
    #expect(isClose(low.values, [-1, -1, 0, 0.3]))
    let high = try statistics.normalized(RobotAction([0.9828, 50, -7, 1]))
    #expect(isClose(high.values, [1, 1, 0, 1]))
  }

  @Test("denormalizing a normalized action restores it, except for clipped values")
  func roundTrip() throws {
    for action in actions {
      let back = try statistics.robotAction(try statistics.normalized(action))
      let (low, high) = (statistics.action.q01, statistics.action.q99)
      let clipped = (0..<4).map { min(max(action.values[$0], low[$0]), high[$0]) }
      #expect(isClose(back.values, clipped))
    }
    let known = try statistics.robotAction(NormalizedAction([0.5, -0.25, 0.9, 1]))
    #expect(isClose(known.values, [0.4914, 1.95, 0.25, 1]))
  }

  @Test("statistics of a single action are that action")
  func oneAction() throws {
    let one = try ActionStatistics(of: [actions[5]], in: space, trajectories: 1)
    #expect(one.action.q01 == actions[5].values)
    #expect(one.action.q99 == actions[5].values)
    #expect(one.action.std == [0, 0, 0, 0])
    let there = try one.normalized(actions[5])
    #expect(try one.robotAction(there) == actions[5])
  }

  @Test("NaN, infinity, wrong lengths and empty data are refused with their place")
  func refusals() {
    var spoilt = actions
    spoilt[17] = RobotAction([0, 0, .nan, 1])
    let error = #expect(throws: ActionError.self) {
      try ActionStatistics(of: spoilt, in: space, trajectories: 3)
    }
    let text = "\(error!)"
    #expect(text.hasPrefix("action 17: dimension 2 is nan"))
    spoilt[17] = RobotAction([0, 0])
    #expect(throws: ActionError.wrongDimensions("action 17", expected: 4, found: 2)) {
      try ActionStatistics(of: spoilt, in: space, trajectories: 3)
    }
    #expect(throws: ActionError.noData("action")) {
      try ActionStatistics(of: [], in: space, trajectories: 0)
    }
    #expect(throws: ActionError.wrongDimensions("action", expected: 7, found: 4)) {
      try ActionStatistics(of: actions, in: .tabletop, trajectories: 0)
    }
    let state = #expect(throws: ActionError.self) {
      try ActionStatistics(
        of: actions, in: space, proprioception: [[0, 1], [.infinity, 1]], trajectories: 3)
    }
    let stateText = "\(state!)"
    #expect(stateText.hasPrefix("proprioception 1: dimension 0 is inf"))
    #expect(throws: ActionError.self) { try statistics.normalized(RobotAction([0, .nan, 0, 0])) }
    #expect(throws: ActionError.self) {
      try statistics.robotAction(NormalizedAction([0, .infinity, 0, 0]))
    }
    #expect(throws: ActionError.wrongDimensions("normalized action", expected: 4, found: 7)) {
      try statistics.robotAction(NormalizedAction([0, 0, 0, 0, 0, 0, 0]))
    }
  }
}
