/// Which way round an obstacle. Left is the left of the picture.
public enum Side: CaseIterable, Sendable { case left, right }

/// How the expert goes round a post. Both ways are equally good, and it has no reason for either.
///
/// First wholly sideways, then wholly forwards: so the side shows in one number of one action. Whoever
/// averages the two ways there goes neither way, and what comes next, forwards, then leads right into
/// the post. Once beside it, the expert stays on its side whatever it is told, so it needs no memory.
extension Expert {
  /// How far from the post's centre it goes past: 0.08 more than it must.
  private static let laneDistance: Float = 0.20
  /// Nearer to the centre line than this it could still go either way.
  private static let undecided: Float = 0.12

  /// Whether `gripper` has yet to pass the post on its way to `object`.
  static func isBetween(_ post: Obstacle, _ object: TabletopObject, _ gripper: Gripper) -> Bool {
    object.y < post.y && post.y < gripper.y
  }

  /// `action`, but sideways and forwards as the post demands.
  static func detour(
    _ action: [Float], round post: Obstacle, _ side: Side, from gripper: Gripper
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
