/// The numbers of the toy world's physics, in world units.
public enum Rules {
  /// Largest motion of one step along x and y, and along z.
  public static let maximumStep: Float = 0.20
  public static let maximumLift: Float = 0.30
  /// Below this height the fingers reach what stands on the table.
  public static let reachHeight: Float = 0.25
  /// Closing grasps the nearest object within this distance.
  public static let graspRadius: Float = 0.10
  /// The closed, empty gripper keeps objects this far away.
  public static let pushRadius: Float = 0.08
  /// An object released this close to a bowl's centre lies in it.
  public static let bowlRadius: Float = 0.10
  /// The gripper touches an obstacle when its centre comes nearer than this, at any height.
  public static let obstacleRadius: Float = 0.12
  /// An object above this height is lifted; one that moved this far sideways is pushed.
  public static let liftedHeight: Float = 0.5
  public static let pushedDistance: Float = 0.15
}
