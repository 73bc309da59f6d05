import Tabletop

/// Statistics of the demonstrations convert between what a network predicts, numbers in [−1, 1],
/// and what a robot does, in meters and radians.
///
/// A step of 2 cm and a turn of 0.5 rad must weigh the same in a loss and fill the same bins. The
/// conversion belongs to the data, not to the network: with the statistics of another dataset a
/// good policy moves a robot by wrong amounts, a question that OpenVLA's users ask most often.
///
///     normalized = clip(2(x − q01)/(q99 − q01 + 1e-8) − 1, −1, 1)
///     robot      = 0.5(normalized + 1)(q99 − q01) + q01
///
/// - Letters: A action dimensions.
/// - Reference: Kim et al., "OpenVLA" (2024), §3.2; openvla/openvla, prismatic/vla/datasets/rlds/
///   utils/data_utils.py and prismatic/extern/hf/modeling_prismatic.py. One difference: a dimension
///   that is not normalized and never changed keeps its value here, there it becomes 0.
public struct ActionStatistics: Sendable, Equatable {
  public let action: DimensionStatistics
  /// `[A]`: true where the dimension is normalized; false for the gripper, which keeps its values.
  public let mask: [Bool]
  /// Statistics of proprioception, if the dataset has it.
  public let proprio: DimensionStatistics?
  /// The number of time steps and of episodes.
  public let transitions, trajectories: Int
  /// The number of action dimensions, A.
  public var count: Int { mask.count }

  /// Robot units → [−1, 1]: q01 becomes −1, q99 +1, and a dimension that never changed 0.
  /// - Throws: ``ActionError`` for another number of dimensions, NaN and infinity.
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

  /// [−1, 1] → robot units. What ``normalized(_:)`` clipped to q99 comes back as q99.
  /// - Throws: ``ActionError`` for another number of dimensions, NaN and infinity.
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

  /// The statistics of `actions`, in robot units, and of `proprioception`, `[N, 4]`, if it is
  /// given. `space` says which dimensions are normalized; `trajectories` is the number of episodes.
  /// - Throws: ``ActionError`` for no action, another number of dimensions, NaN and infinity.
  public init(
    of actions: [RobotAction], in space: ActionSpace, proprioception: [[Float]]? = nil,
    trajectories: Int
  ) throws(ActionError) {
    let columns = try DimensionStatistics(of: actions.map(\.values), "action")
    let proprio = try proprioception.map { rows throws(ActionError) in
      try DimensionStatistics(of: rows, "proprioception")
    }
    guard columns.count == space.count else {
      throw .wrongDimensions("action", expected: space.count, found: columns.count)
    }
    try self.init(
      action: columns, mask: space.mask, proprio: proprio,
      transitions: actions.count, trajectories: trajectories)
  }

  /// Statistics that were computed before. Refuses a mask of another length.
  public init(
    action: DimensionStatistics, mask: [Bool], proprio: DimensionStatistics? = nil,
    transitions: Int, trajectories: Int
  ) throws(ActionError) {
    guard mask.count == action.count else {
      throw .wrongDimensions("mask", expected: action.count, found: mask.count)
    }
    (self.action, self.mask, self.proprio) = (action, mask, proprio)
    (self.transitions, self.trajectories) = (transitions, trajectories)
  }
}

extension ActionStatistics {
  /// The statistics of demonstrations on the tabletop.
  /// - Throws: ``ActionError`` for no action, NaN and infinity.
  public init(of demonstrations: [Demonstration]) throws(ActionError) {
    try self.init(
      of: demonstrations.flatMap(\.actions).map { RobotAction($0) }, in: .tabletop,
      proprioception: demonstrations.flatMap(\.proprioception), trajectories: demonstrations.count)
  }

  /// The statistics of the demonstrations that come with the course, in five decimals.
  public static func bundled() throws -> ActionStatistics { try ofBundledDemonstrations.get() }

  private static let ofBundledDemonstrations = Result {
    let exact = try ActionStatistics(of: DemonstrationDataset.bundled().demonstrations)
    return try ActionStatistics(
      action: exact.action.inFiveDecimals(), mask: exact.mask,
      proprio: exact.proprio?.inFiveDecimals(),
      transitions: exact.transitions, trajectories: exact.trajectories)
  }
}
