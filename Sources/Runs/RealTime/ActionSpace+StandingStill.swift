import NanoVLA

extension ActionSpace {
  /// The action of a robot that waits: no motion, and each gripper keeps its command of `previous`;
  /// an open one before the first action.
  ///
  /// All numbers except a gripper's are changes per step, so that 0 is no motion.
  public func standingStill(after previous: RobotAction?) -> RobotAction {
    RobotAction(
      dimensions.indices.map { index in
        grippers.contains(index) ? previous?.values[index] ?? gripperConvention.open : 0
      })
  }
}
