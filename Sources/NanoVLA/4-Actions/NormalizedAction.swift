// One control step of a robot, in two currencies that must never be confused.
//
// A network works best on numbers in [−1, 1]; a motor wants metres and radians. Both are "seven
// floats", so a robot once drove on network output: 0.9 of the range taken as 0.9 metres. Here they
// are two types, and the compiler refuses to pass one for the other. `ActionStatistics` converts.
//
// A  action dimensions; 7 for one arm with a gripper: dx dy dz roll pitch yaw gripper
//
// Source: Kim et al., "OpenVLA" (2024), section 3.2.

/// An action as the network sees it: each dimension stretched so that [−1, 1] spans the middle 98 %
/// of the demonstrations.
public struct NormalizedAction: Sendable, Equatable {
  /// One number a dimension, `[A]`, without unit. Masked dimensions (the gripper) keep robot units.
  public let values: [Float]

  public init(_ values: [Float]) { self.values = values }

  /// The number of dimensions, A.
  public var count: Int { values.count }
}

/// An action as the robot sees it: in the robot's own units, named by its `ActionSpace`.
public struct RobotAction: Sendable, Equatable {
  /// One number a dimension, `[A]`, in the unit that the `ActionSpace` gives for it.
  public let values: [Float]

  public init(_ values: [Float]) { self.values = values }

  /// The number of dimensions, A.
  public var count: Int { values.count }
}

/// The names of the seven numbers of a single arm. Stops if the action has another length.
extension RobotAction {
  /// The change of position in one step, in the robot's unit of length.
  public var dx: Float { armValue(0, "dx") }
  public var dy: Float { armValue(1, "dy") }
  public var dz: Float { armValue(2, "dz") }
  /// The change of orientation in one step, in radians.
  public var roll: Float { armValue(3, "roll") }
  public var pitch: Float { armValue(4, "pitch") }
  public var yaw: Float { armValue(5, "yaw") }
  /// What the hand does; which number means closed is told by the `GripperConvention`.
  public var gripper: Float { armValue(6, "gripper") }

  public init(
    dx: Float, dy: Float, dz: Float, roll: Float = 0, pitch: Float = 0, yaw: Float = 0,
    gripper: Float
  ) {
    self.init([dx, dy, dz, roll, pitch, yaw, gripper])
  }

  private func armValue(_ index: Int, _ name: String) -> Float {
    guard count == 7 else {
      fatalError("RobotAction.\(name): named for 7 dimensions, this action has \(count): \(values)")
    }
    return values[index]
  }
}
