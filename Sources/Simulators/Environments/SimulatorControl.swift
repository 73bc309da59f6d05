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

extension SimulatorEnvironment {
  /// What the policy is told: the task, or as a control another one.
  func told(_ task: String, _ facts: SimulatorFacts) throws -> String {
    switch control {
    case .none, .blankImage: return facts.instruction
    case .otherInstruction(let text?): return text
    case .otherInstruction(nil):
      let tasks = settings.name.tasks
      let next = (tasks.firstIndex(of: task)! + 1) % tasks.count
      return try pool.facts(of: tasks[next]).instruction
    }
  }
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
