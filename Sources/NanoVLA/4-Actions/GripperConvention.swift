/// The number that means a closed gripper; the field has three conventions.
///
/// A wrong one raises no error: the robot reaches the cup and opens its gripper there.
///
/// - Reference: openvla/openvla, experiments/robot/robot_utils.py (0 … 1 with 1 = open; LIBERO
///   takes −1 … +1 with +1 = closed); Physical-Intelligence/openpi (1 = closed).
public enum GripperConvention: String, Sendable, Codable, CaseIterable {
  /// +1 closed, −1 open: LIBERO and the toy world.
  case positiveClosed
  /// 1 open, 0 closed: OpenVLA.
  case oneOpen
  /// 1 closed, 0 open: openpi.
  case oneClosed
  public var open: Float { self == .positiveClosed ? -1 : self == .oneOpen ? 1 : 0 }
  public var closed: Float { self == .oneOpen ? 0 : 1 }
  /// Whether `value` is nearer to closed than to open; the middle counts as open.
  public func isClosed(_ value: Float) -> Bool { abs(value - closed) < abs(value - open) }
}
