import NanoVLA
import Tensors
import TestSupport
import Testing

@testable import Simulators

@Suite struct ActionScalingTests {
  /// Numbers of the three columns: spread, skewed and never changing; and a gripper.
  private static let rows: [[Float]] = (0..<101).map {
    [Float($0) / 10 - 3, Float($0 * $0), 0.25, $0 % 2 == 0 ? 1 : 0]
  }
  private let statistics = try! ActionStatistics(
    of: rows.map { RobotAction($0) },
    in: ActionSpace(
      ["a", "b", "c", "gripper"].map { .init($0, unit: "m", bounds: -1...1) },
      gripperConvention: .oneOpen), trajectories: 1)

  @Test("Scaled numbers are those of LeRobot's formulas, and the gripper's are kept")
  func formulas() throws {
    let x: [Float] = [1.5, 2500, 0.25, 1]
    // Column 0 is −3, −2.9, … 7: q01 −2.9, q99 6.9. Column 1 is 0, 1, 4, … 10000: q01 1, q99 9801.
    let quantiles = try statistics.scaled(RobotAction(x), by: QuantileScaling.self).values
    #expect(maximumError(quantiles, [2 * 4.4 / 9.8 - 1, 2 * 2499.0 / 9800 - 1, -1, 1]) < 1e-6)
    let extremes = try statistics.scaled(RobotAction(x), by: MinMaxScaling.self).values
    #expect(maximumError(extremes, [2 * 4.5 / 10 - 1, 2 * 0.25 - 1, -1, 1]) < 1e-6)
    let means = try statistics.scaled(RobotAction(x), by: MeanStdScaling.self).values
    // The mean of 0², …, 100² is 3350; the variance of −3, …, 7 is 8.5.
    let column = (0...100).map { Double($0 * $0) }
    let std = (column.reduce(0) { $0 + ($1 - 3350) * ($1 - 3350) } / 101).squareRoot()
    #expect(maximumError(means, [-0.5 / 8.5.squareRoot(), -850 / std, 0, 1]) < 1e-6)
  }

  @Test("Each scaling undoes itself, also outside the range and where nothing changes")
  func inverse() throws {
    for x: [Float] in [[1.5, 2500, 0.25, 0.7], [-90, 1e6, 0.25, 0], [7, 0, 0.25, 1]] {
      func check<Scaling: ActionScaling>(_ scaling: Scaling.Type) throws {
        let there = try statistics.scaled(RobotAction(x), by: scaling)
        let back = try statistics.robotAction(there).values
        // One rounding to Float in the scale's unit, of up to 3·10³ robot units, and one back.
        for d in 0..<3 { #expect(abs(back[d] - x[d]) <= 2e-7 * max(abs(x[d]), [1, 3e3, 1][d])) }
        #expect(back[3] == x[3])
      }
      try check(QuantileScaling.self)
      try check(MinMaxScaling.self)
      try check(MeanStdScaling.self)
    }
  }

  @Test("The course's normalized action is the quantile scaling, clipped") func course() throws {
    for x: [Float] in [[1.5, 2500, 0.25, 0.7], [-90, 1e6, 0.25, 0]] {
      let scaled = try statistics.scaled(RobotAction(x), by: QuantileScaling.self)
      let mine = NormalizedAction(scaled, mask: statistics.mask).values
      let course = try statistics.normalized(RobotAction(x)).values
      for d in [0, 1, 3] { #expect(abs(mine[d] - course[d]) < 1e-6) }
    }
  }

  @Test("An action of another length, NaN or infinity is refused") func refused() {
    #expect(throws: ActionError.wrongDimensions("action", expected: 4, found: 1)) {
      try statistics.scaled(RobotAction([1]), by: MinMaxScaling.self)
    }
    #expect(throws: ActionError.self) {
      try statistics.robotAction(ScaledAction<MeanStdScaling>([.nan, 0, 0, 0]))
    }
  }
}

@Suite struct ActionKindTests {
  private let header = RobotDatasetHeader(
    name: "toy", space: someSpace, actions: .absolute, stateNames: ["y", "x"])

  @Test("Relative and delta actions are differences from the state; the gripper's are kept")
  func chunks() throws {
    let reference = try ActionReference(someSpace, stateNames: ["y", "x"])
    let chunk = [[5, 1, 0], [7, 2, 1], [6, 4, 1]].map { AbsoluteAction($0) }
    let state: [Float] = [0.5, 4]  // y, x
    let relative = reference.relative(chunk, from: state)
    #expect(relative.map(\.values) == [[1, 0.5, 0], [3, 1.5, 1], [2, 3.5, 1]])
    let deltas = reference.deltas(chunk, from: state)
    #expect(deltas.map(\.values) == [[1, 0.5, 0], [2, 1, 1], [-1, 2, 1]])
    #expect(reference.absolute(relative, from: state) == chunk)
    #expect(reference.absolute(deltas, from: state) == chunk)
  }

  @Test(
    "An episode becomes each kind from each other one, back to the same numbers",
    arguments: ActionKind.allCases, ActionKind.allCases)
  func episodes(old: ActionKind, new: ActionKind) throws {
    let episode = someEpisode(steps: 9, seed: 3)
    let there = try episode.converted(from: old, to: new, in: header)
    #expect(old == new || there.actions != episode.actions)
    let back = try there.converted(from: new, to: old, in: header)
    for (a, b) in zip(back.actions.joined(), episode.actions.joined()) {
      #expect(abs(a - b) < 1e-4)
    }
  }

  @Test("Deltas of an episode add up to its relative actions' targets") func consistent() throws {
    let episode = someEpisode(steps: 6, seed: 4)
    let relative = try episode.converted(from: .absolute, to: .relative, in: header)
    let deltas = try episode.converted(from: .absolute, to: .delta, in: header)
    var x = episode.state[0][1]
    for t in 0..<6 {
      x += deltas.actions[t][0]
      #expect(abs(x - (relative.actions[t][0] + episode.state[t][1])) < 1e-5)
    }
  }

  @Test("Without the state's numbers there is no conversion, and kinds are not mixed")
  func refused() throws {
    #expect(throws: RobotDatasetError.noState("y", of: ["x", "z"])) {
      try ActionReference(someSpace, stateNames: ["x", "z"])
    }
    #expect(throws: RobotDatasetError.noState("x", of: [])) {
      try ActionReference(someSpace, stateNames: [])
    }
    let inOrder = try ActionReference(someSpace, stateNames: ["a", "b", "c"])
    #expect(inOrder.places == [0, 1, nil])
    #expect(
      throws: RobotDatasetError.mixedActions(expected: .delta, found: .absolute, "toy")
    ) { try header.require(.delta, in: "toy") }
  }
}
