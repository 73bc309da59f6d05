// Three conventions for one switch: which number closes a gripper. Mixing them up is silent: the arm
// goes to the cup, and opens its hand there.
//
// Sources: openvla/openvla, experiments/robot/robot_utils.py (the gripper is 0 … 1 with 1 = open,
// LIBERO wants −1 … +1 with +1 = closed); Physical-Intelligence/openpi (1 = closed).

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
