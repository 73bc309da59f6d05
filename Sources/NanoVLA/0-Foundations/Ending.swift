import Tabletop

/// How an episode of a ``ClosedLoop`` ended: a failure that has a name can be worked on.
///
/// Something else lifted means that the policy did not see or did not listen; nothing grasped, that
/// it missed or dithered; grasped and no success, that it lost its way after a good beginning.
public enum Ending: String, CaseIterable, Sendable, Codable {
  case success
  case otherLifted = "lifted another object"
  case hitObstacle = "ran into the post"
  case nothingGrasped = "time ran out, nothing grasped"
  case otherGrasped = "time ran out, last grasped another object"
  case notFinished = "time ran out, grasped but not finished"
  case notPushed = "time ran out, not pushed far enough"
  case secondStep = "time ran out in the second of two steps"

  /// Of a world whose episode is over; nil while it is running.
  /// - Parameter grasped: the object that the gripper held last, if it ever held one.
  public init?(of world: TabletopWorld, grasped: Int?) {
    switch world.outcome {
    case .running: return nil
    case .success: self = .success
    case .failure:
      let isInTheWay = world.scene.obstacle != nil && world.liftedObject == nil
      self = isInTheWay ? .hitObstacle : .otherLifted
    case .timeout:
      if world.achievedGoals > 0 {
        self = .secondStep
      } else if case .push = world.currentGoal {
        self = .notPushed
      } else if let grasped {
        self = grasped == world.currentGoal?.object ? .notFinished : .otherGrasped
      } else {
        self = .nothingGrasped
      }
    }
  }
}
