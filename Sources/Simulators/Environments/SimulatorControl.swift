import NanoVLA

/// What is changed to measure whether a policy uses an input.
public enum SimulatorControl: Sendable, Equatable {
  case none
  /// Every image is gray.
  case blankImage
  /// The policy is told another task, or the next one of the environment. The simulator still judges
  /// its own task: success must be low.
  case otherInstruction(String? = nil)
}

extension ActionSpace {
  /// `action` of this space in the convention of `robot`: unchanged if they share one, else each
  /// gripper fully open or fully closed.
  func commanded(_ action: RobotAction, to robot: ActionSpace) throws(ActionError) -> RobotAction {
    guard gripperConvention != robot.gripperConvention else { return action }
    try ActionError.check(action.values, "action", dimensions: count)
    var values = action.values
    for gripper in grippers {
      values[gripper] =
        gripperConvention.isClosed(values[gripper])
        ? robot.gripperConvention.closed : robot.gripperConvention.open
    }
    return RobotAction(values)
  }
}
