// Statistics of the demonstrations are the exchange rate between what a network predicts (numbers in
// [−1, 1]) and what a robot does (metres, radians).
//
// Why: a step of 2 cm and a turn of 0.5 rad must weigh the same in a loss and fill the same bins.
// The rate belongs to the data, not to the network: with another data set's statistics a good policy
// moves a robot by wrong amounts, which is the most asked question of OpenVLA's users.
//
// A  action dimensions
//
// Source: Kim et al., "OpenVLA" (2024), section 3.2; openvla/openvla, prismatic/vla/datasets/rlds/
// utils/data_utils.py (there) and prismatic/extern/hf/modeling_prismatic.py (back).
// One difference: a MASKED dimension that never changed keeps its value here, there it becomes 0.

/// What the demonstrations did, dimension by dimension, and the way to and from [−1, 1].
public struct ActionStatistics: Sendable, Equatable {
  public let action: DimensionStatistics
  /// `[A]`: true where the dimension is normalised; false for the gripper, which is left as it is.
  public let mask: [Bool]
  /// Of the robot's own state, if the data set tells it.
  public let proprio: DimensionStatistics?
  /// How many time steps and episodes were counted.
  public let transitions, trajectories: Int

  /// The number of action dimensions, A.
  public var count: Int { mask.count }

  /// Robot units → [−1, 1]. Concretely: `clip(2(x − q01)/(q99 − q01 + 1e-8) − 1, −1, 1)`, so that
  /// q01 ↦ −1 and q99 ↦ +1; a dimension that never changed (min = max) becomes 0.
  public func normalized(_ action: RobotAction) throws(ActionError) -> NormalizedAction {
    try ActionError.check(action.values, "action", dimensions: count)
    return NormalizedAction(
      action.values.indices.map { a in
        let (x, q01, q99) = values(at: a, with: action.values)
        if !mask[a] { return Float(x) }
        if self.action.min[a] == self.action.max[a] { return 0 }
        return Float(min(max(2 * (x - q01) / (q99 - q01 + 1e-8) - 1, -1), 1))
      })
  }

  /// [−1, 1] → robot units. Concretely: `0.5(a + 1)(q99 − q01) + q01` where not masked.
  ///
  /// What `normalized` clipped does not come back: an action beyond q99 returns as q99.
  public func robotAction(_ action: NormalizedAction) throws(ActionError) -> RobotAction {
    try ActionError.check(action.values, "normalized action", dimensions: count)
    return RobotAction(
      action.values.indices.map { a in
        let (x, q01, q99) = values(at: a, with: action.values)
        return mask[a] ? Float(0.5 * (x + 1) * (q99 - q01) + q01) : Float(x)
      })
  }

  /// In double precision, as NumPy computes it.
  private func values(at a: Int, with x: [Float]) -> (x: Double, q01: Double, q99: Double) {
    (Double(x[a]), Double(action.q01[a]), Double(action.q99[a]))
  }

  /// Counts the demonstrations' `actions`, and their `proprioception` (`[N, S]`) if there is any.
  public init(
    of actions: [RobotAction], in space: ActionSpace, proprioception: [[Float]]? = nil,
    trajectories: Int
  ) throws(ActionError) {
    let columns = try DimensionStatistics(of: actions.map(\.values), "action")
    var proprio: DimensionStatistics?
    if let proprioception {
      proprio = try DimensionStatistics(of: proprioception, "proprioception")
    }
    guard columns.count == space.count else {
      throw .wrongDimensions("action", expected: space.count, found: columns.count)
    }
    try self.init(
      action: columns, mask: space.mask, proprio: proprio,
      transitions: actions.count, trajectories: trajectories)
  }

  /// Numbers that a file told; `what` is their place in an error. Refuses a mask of another length.
  public init(
    action: DimensionStatistics, mask: [Bool], proprio: DimensionStatistics? = nil,
    transitions: Int, trajectories: Int, _ what: String = "statistics"
  ) throws(ActionError) {
    guard mask.count == action.count else {
      throw .wrongDimensions("\(what) mask", expected: action.count, found: mask.count)
    }
    (self.action, self.mask, self.proprio) = (action, mask, proprio)
    (self.transitions, self.trajectories) = (transitions, trajectories)
  }
}
