import NanoVLA

/// The action spaces of robots that are known by their number of dimensions, and the conversion of
/// actions between robots whose grippers follow another convention.
extension ActionSpace {
  /// The unit of numbers that belong to whichever robot the statistics are of.
  package static let unnamedUnit = "robot units"

  /// A robot of any number of dimensions, by default bounded by −1 … 1. Seven have the names of an arm
  /// with a gripper, twelve those of two arms with six joints each, any other count is numbered.
  public init(
    dimensions count: Int = 7, bounds: [ClosedRange<Float>]? = nil,
    gripperConvention: GripperConvention = .positiveClosed, controlRate: Float = 5
  ) {
    let bounds = bounds ?? Array(repeating: -1...1, count: count)
    guard count > 0, bounds.count == count else {
      fatalError("ActionSpace: \(count) dimensions and \(bounds.count) bounds, one bound each")
    }
    let names =
      switch count {
      case 7: ActionSpace.tabletop.dimensions.map(\.name)
      case 12: ["left", "right"].flatMap { arm in (0..<6).map { "\(arm) joint \($0)" } }
      default: (0..<count).map { "joint \($0)" }
      }
    self.init(
      zip(names, bounds).map { Dimension($0, unit: Self.unnamedUnit, bounds: $1) },
      gripperConvention: gripperConvention, controlRate: controlRate)
  }

  /// `action` of this space with its grippers in the `other` convention.
  /// - Throws: ``ActionError`` for another number of dimensions, NaN and infinity.
  public func converted(
    _ action: RobotAction, to other: GripperConvention
  ) throws(ActionError) -> RobotAction {
    try ActionError.check(action.values, "action", dimensions: count)
    var values = action.values
    for gripper in grippers {
      values[gripper] = gripperConvention.converted(values[gripper], to: other)
    }
    return RobotAction(values)
  }
}

extension GripperConvention {
  /// The same opening in the `other` convention: linear, from open to open and closed to closed.
  public func converted(_ value: Float, to other: GripperConvention) -> Float {
    let closedness = (value - open) / (closed - open)
    return other.open + closedness * (other.closed - other.open)
  }
}
