// The action space says what each number of an action means: its name, unit and bounds, and which
// number closes the gripper.
//
// Why: "seven floats" is not a contract. The gripper alone has three meanings in the field, and a
// policy that mixes them up opens its hand above every cup. So the meaning travels with the policy.
//
// A  action dimensions
//
// Sources: openvla/openvla, experiments/robot/robot_utils.py (the gripper is 0 … 1 with 1 = open,
// LIBERO wants −1 … +1 with +1 = closed); Physical-Intelligence/openpi (1 = closed).

/// The names, units and bounds of an action's A numbers, and the gripper's convention.
public struct ActionSpace: Sendable, Equatable, Codable {
  public struct Dimension: Sendable, Equatable, Codable {
    public let name: String
    public let unit: String
    /// What the robot accepts in one step, in `unit`.
    public let bounds: ClosedRange<Float>

    public init(_ name: String, unit: String, bounds: ClosedRange<Float>) {
      (self.name, self.unit, self.bounds) = (name, unit, bounds)
    }
  }

  public let dimensions: [Dimension]
  /// Which number closes the dimension named "gripper". Without such a dimension it says nothing.
  public let gripperConvention: GripperConvention

  public init(_ dimensions: [Dimension], gripperConvention: GripperConvention) {
    (self.dimensions, self.gripperConvention) = (dimensions, gripperConvention)
  }

  /// The toy arm: the hand moves in world units (the table is 1 × 1), its wrist does not turn.
  public static let tabletop = ActionSpace(
    [
      Dimension("dx", unit: "world units per step", bounds: -0.2...0.2),
      Dimension("dy", unit: "world units per step", bounds: -0.2...0.2),
      Dimension("dz", unit: "world units per step", bounds: -0.3...0.3),
      Dimension("roll", unit: "radians per step", bounds: -1...1),
      Dimension("pitch", unit: "radians per step", bounds: -1...1),
      Dimension("yaw", unit: "radians per step", bounds: -1...1),
      Dimension("gripper", unit: "+1 closed, −1 open", bounds: -1...1),
    ], gripperConvention: .positiveClosed)

  /// A robot of any number of dimensions. Seven bear the names of an arm with a gripper, any other
  /// count is numbered (two arms of six joints: "joint 0" … "joint 11").
  ///
  /// - Parameter bounds: `[A]` ranges in the robot's units; −1 … 1 everywhere when left out.
  public init(
    dimensions count: Int = 7, bounds: [ClosedRange<Float>]? = nil,
    gripperConvention: GripperConvention = .positiveClosed
  ) {
    let bounds = bounds ?? Array(repeating: -1...1, count: count)
    guard count > 0, bounds.count == count else {
      fatalError("ActionSpace: \(count) dimensions and \(bounds.count) bounds, one bound each")
    }
    let arm = ActionSpace.tabletop.dimensions.map(\.name)
    let names = count == arm.count ? arm : (0..<count).map { "joint \($0)" }
    self.init(
      zip(names, bounds).map { Dimension($0, unit: "robot units", bounds: $1) },
      gripperConvention: gripperConvention)
  }

  /// The number of dimensions, A.
  public var count: Int { dimensions.count }
  public var gripperIndex: Int? { dimensions.lastIndex { $0.name == "gripper" } }
  /// `[A]`: true where statistics normalise. A gripper is a switch: it has no range to stretch.
  public var mask: [Bool] { dimensions.indices.map { $0 != gripperIndex } }

  /// `action` moved inside the bounds, as the robot would do it. Refuses NaN and a wrong length.
  public func clipped(_ action: RobotAction) throws(ActionError) -> RobotAction {
    try ActionError.check(action.values, "action", dimensions: count)
    return RobotAction(
      zip(action.values, dimensions).map { value, dimension in
        min(max(value, dimension.bounds.lowerBound), dimension.bounds.upperBound)
      })
  }

  /// `action` of this space with its gripper in the `other` convention; the rest stays as it is.
  public func converted(
    _ action: RobotAction, to other: GripperConvention
  ) throws(ActionError) -> RobotAction {
    try ActionError.check(action.values, "action", dimensions: count)
    guard let gripper = gripperIndex else { return action }
    var values = action.values
    values[gripper] = gripperConvention.converted(values[gripper], to: other)
    return RobotAction(values)
  }
}

/// Which gripper number means closed.
public enum GripperConvention: String, Sendable, Codable, CaseIterable {
  /// +1 closed, −1 open: LIBERO and the toy arm.
  case positiveClosed
  /// 1 open, 0 closed: OpenVLA.
  case oneOpen
  /// 1 closed, 0 open: openpi.
  case oneClosed

  public var open: Float { self == .positiveClosed ? -1 : self == .oneOpen ? 1 : 0 }
  public var closed: Float { self == .oneOpen ? 0 : 1 }

  /// Nearer to closed than to open; a tie is open, as the world closes only above its middle.
  public func isClosed(_ value: Float) -> Bool { abs(value - closed) < abs(value - open) }

  /// The same opening of the hand as a number of the `other` convention: the straight line that
  /// sends open to open and closed to closed.
  public func converted(_ value: Float, to other: GripperConvention) -> Float {
    let closedness = (value - open) / (closed - open)
    return other.open + closedness * (other.closed - other.open)
  }
}
