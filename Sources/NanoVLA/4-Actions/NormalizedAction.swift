/// An action as the network predicts it: [−1, 1] spans the middle 98 % of the demonstrations.
///
/// A network works best on numbers in [−1, 1]; a motor takes meters and radians. Both would be
/// arrays of Float, and network output sent to a motor moves the robot by the wrong amount. As two
/// types, the compiler refuses to pass one for the other; ``ActionStatistics`` converts.
///
/// - Letters: A action dimensions; 7 for one arm with a gripper: dx dy dz roll pitch yaw gripper.
/// - Reference: Kim et al., "OpenVLA" (2024), §3.2.
public struct NormalizedAction: Sendable, Equatable {
  /// `[A]`, without unit. Dimensions that are not normalized (the gripper) keep robot units.
  public let values: [Float]
  public init(_ values: [Float]) { self.values = values }
  public var count: Int { values.count }  // A
}

/// An action as the robot executes it, in the robot's own units, which its ``ActionSpace`` names.
public struct RobotAction: Sendable, Equatable {
  /// `[A]`, each in the unit of its dimension.
  public let values: [Float]
  public init(_ values: [Float]) { self.values = values }
  public var count: Int { values.count }  // A
}

/// The names of the seven numbers of a single arm. A fatal error if the action has another length.
extension RobotAction {
  /// The change of position in one step, in the robot's unit of length.
  public var dx: Float { armValue(0) }
  public var dy: Float { armValue(1) }
  public var dz: Float { armValue(2) }
  /// The change of orientation in one step, in radians.
  public var roll: Float { armValue(3) }
  public var pitch: Float { armValue(4) }
  public var yaw: Float { armValue(5) }
  /// The gripper command; ``GripperConvention`` says which number means closed.
  public var gripper: Float { armValue(6) }

  public init(
    dx: Float, dy: Float, dz: Float, roll: Float = 0, pitch: Float = 0, yaw: Float = 0,
    gripper: Float
  ) { self.init([dx, dy, dz, roll, pitch, yaw, gripper]) }

  private func armValue(_ index: Int) -> Float {
    if count == 7 { return values[index] }
    fatalError("RobotAction: the names are for 7 dimensions, this action has \(count): \(values)")
  }
}
