/// What went wrong in an episode that failed: which part of the task to work on.
public enum Failure: String, Sendable {
  /// Another object was lifted: the image or the instruction was misread.
  case otherLifted = "lifted another object"
  /// The robot touched the obstacle, which ends the episode.
  case hitObstacle = "ran into the post"
  /// Nothing was grasped: the gripper missed, or hesitated.
  case nothingGrasped = "time ran out, nothing grasped"
  /// The gripper closed on the wrong object and did not lift it.
  case otherGrasped = "time ran out, last grasped another object"
  /// The grasp succeeded, the rest did not.
  case notFinished = "time ran out, grasped but not finished"
  /// The object did not move as far as the task asks for.
  case notPushed = "time ran out, not pushed far enough"
  /// The first of two goals is achieved, the second is not.
  case secondStep = "time ran out in the second of two steps"
}

extension TabletopWorld {
  /// Why the episode failed; nil while it is running and after success.
  /// - Parameter grasped: index of the object that the gripper held last, if any.
  public func failure(grasped: Int?) -> Failure? {
    switch outcome {
    case .running, .success: return nil
    case .failure: return scene.obstacle != nil && liftedObject == nil ? .hitObstacle : .otherLifted
    case .timeout:
      if achievedGoals > 0 { return .secondStep }
      if case .push = currentGoal { return .notPushed }
      guard let grasped else { return .nothingGrasped }
      return grasped == currentGoal?.object ? .notFinished : .otherGrasped
    }
  }
}
