/// The action space says what each number of an action means: its name, unit and bounds, the
/// gripper's convention, and the control rate.
///
/// Seven numbers alone do not say what to do: the gripper has three conventions in the field, and a
/// policy that confuses them opens its gripper above every cup. So it is saved with the policy.
///
/// - Letters: A action dimensions.
/// - Reference: Open X-Embodiment Collaboration, "Open X-Embodiment" (2023), §III, 22 robots
///   and the meaning of their actions.
public struct ActionSpace: Sendable, Equatable {
  public struct Dimension: Sendable, Equatable, Codable {
    public let name: String
    public let unit: String
    /// What the robot accepts in one step, in `unit`.
    public let bounds: ClosedRange<Float>

    public init(_ name: String, unit: String, bounds: ClosedRange<Float>) {
      (self.name, self.unit, self.bounds) = (name, unit, bounds)
    }

    var isGripper: Bool { name.hasSuffix("gripper") }
  }

  public let dimensions: [Dimension]
  /// The number that closes a gripper; without meaning if there is no gripper.
  public let gripperConvention: GripperConvention
  /// Actions per second, in hertz. A step of 2 cm is slow at 5 Hz and fast at 50 Hz.
  public let controlRate: Float

  /// A space of at least one dimension. Those whose name ends in "gripper" ("left gripper") are
  /// grippers; 5 Hz is the rate of OpenVLA's robot, BridgeData's WidowX.
  public init(
    _ dimensions: [Dimension], gripperConvention: GripperConvention, controlRate: Float = 5
  ) {
    guard !dimensions.isEmpty, controlRate > 0, controlRate.isFinite else {
      fatalError(
        "ActionSpace: \(dimensions.count) dimensions at \(controlRate) Hz, both must be positive")
    }
    (self.dimensions, self.gripperConvention) = (dimensions, gripperConvention)
    self.controlRate = controlRate
  }

  /// The toy world's robot: it moves in world units (the table is 1 × 1) and does not rotate.
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

  /// A, the number of dimensions.
  public var count: Int { dimensions.count }
  /// The indices of the grippers.
  public var grippers: [Int] { dimensions.indices.filter { dimensions[$0].isGripper } }
  /// `[A]`: true where actions are normalized. A gripper is a switch and has no range to normalize.
  public var mask: [Bool] { dimensions.map { !$0.isGripper } }

  /// `action` moved inside the bounds.
  /// - Throws: ``ActionError`` for another number of dimensions, NaN and infinity.
  public func clipped(_ action: RobotAction) throws(ActionError) -> RobotAction {
    try ActionError.check(action.values, "action", dimensions: count)
    return RobotAction(
      zip(action.values, dimensions).map { value, dimension in
        min(max(value, dimension.bounds.lowerBound), dimension.bounds.upperBound)
      })
  }

  /// Refuses a `policy` whose actions have another meaning than this robot's.
  /// - Throws: ``ActionError/otherSpace(_:)`` with the differences.
  public func check(matches policy: ActionSpace) throws(ActionError) {
    var differences: [String] = []
    func compare(_ what: String, _ ours: some Equatable, _ theirs: some Equatable) {
      let (ours, theirs) = ("\(ours)", "\(theirs)")
      if ours != theirs { differences.append("\(what) \(theirs) for \(ours)") }
    }
    compare("dimensions", count, policy.count)
    compare("gripper", gripperConvention, policy.gripperConvention)
    compare("control rate", controlRate, policy.controlRate)
    for (ours, theirs) in zip(dimensions, policy.dimensions) {
      compare("name", ours.name, theirs.name)
      compare("unit of \(ours.name)", ours.unit, theirs.unit)
    }
    guard differences.isEmpty else { throw .otherSpace(differences) }
  }
}
