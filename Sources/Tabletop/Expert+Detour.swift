/// Which way around an obstacle: left or right in the image.
public enum Side: CaseIterable, Sendable { case left, right }

/// How the expert goes around a post. Both ways are equally good, so demonstrations are bimodal.
///
/// First sideways only, then forward only: so the side shows in one number of one action. The mean of
/// the two ways' first actions is no sideways motion at all, and the next step, forward, leads into the
/// post. Once beside the post, the expert stays on that side whatever `side` says, so it needs no
/// memory.
extension Expert {
  /// How far from the post's center it passes, in world units: 0.08 more than it must.
  private static let laneDistance: Float = 0.20
  /// Closer to the center line than this, in world units, it can still go either way.
  private static let undecided: Float = 0.12

  /// Whether `gripper` has yet to pass the post on its way to `object`.
  static func isBetween(_ post: Obstacle, _ object: TabletopObject, _ gripper: Gripper) -> Bool {
    object.y < post.y && post.y < gripper.y
  }

  /// `action` with the dx and dy that lead around the post.
  static func detour(
    _ action: [Float], around post: Obstacle, _ side: Side, from gripper: Gripper
  ) -> [Float] {
    let aside = gripper.x - post.x
    let isUndecided = abs(aside) < undecided
    let isLeft = isUndecided ? side == .left : aside < 0
    let lane = isLeft ? -laneDistance : laneDistance
    var action = action
    action[0] = isUndecided ? (isLeft ? -1 : 1) * Rules.maximumStep : 0.6 * (lane - aside)
    action[1] = isUndecided ? 0 : -Rules.maximumStep
    return action
  }
}
