/// The constants of the toy world's physics and of its success rules, all in world units.
public enum Rules {
  /// Largest motion of one step along x and along y.
  public static let maximumStep: Float = 0.20
  /// Largest motion of one step along z.
  public static let maximumLift: Float = 0.30
  /// Below this height the gripper reaches what stands on the table.
  public static let reachHeight: Float = 0.25
  /// Closing grasps the nearest object within this distance.
  public static let graspRadius: Float = 0.10
  /// The closed, empty gripper keeps objects this far away.
  public static let pushRadius: Float = 0.08
  /// An object this close to a bowl's center lies in the bowl.
  public static let bowlRadius: Float = 0.10
  /// The gripper touches an obstacle closer than this to its center, at any height.
  public static let obstacleRadius: Float = 0.12
  /// A belt carries what lies on it so far in each step, up to its end.
  public static let beltSpeed: Float = 0.02
  public static let beltEnd: Float = 0.95
  /// A held object above this height is lifted.
  public static let liftedHeight: Float = 0.5
  /// An object that moved this far in the named direction is pushed.
  public static let pushedDistance: Float = 0.15
}
