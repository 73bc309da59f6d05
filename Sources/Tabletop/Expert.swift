/// A scripted policy that reads the true positions and solves every task: the source of the
/// demonstrations.
///
/// Proportional control: each step covers 0.6 of the distance to a target, clipped to the largest step.
/// It has no memory, so it recovers from any noise on the last step.
public enum Expert {
  /// The action, in world units per step, that brings `world` nearer to its next goal.
  ///
  /// - Parameters:
  ///   - world: a running episode; after the last goal the expert stays where it is.
  ///   - side: which way to go around an obstacle if the gripper is right in front of it.
  /// - Returns: `[dx, dy, dz, 0, 0, 0, gripper]`; gripper +1 closes, −1 opens.
  public static func action(for world: TabletopWorld, side: Side = .left) -> [Float] {
    action(in: world.scene, toward: world.currentGoal, side: side)
  }

  /// The action that brings `scene` nearer to `goal`, as ``action(for:side:)`` gives it; without a goal
  /// the one that changes nothing.
  public static func action(
    in scene: Scene, toward goal: TabletopTask.Goal?, side: Side = .left
  ) -> [Float] {
    guard let goal else {
      return move(scene, dx: 0, dy: 0, dz: 0, closed: scene.gripper.isClosed)
    }
    let direct = direct(in: scene, toward: goal)
    guard let post = scene.obstacle, isBetween(post, scene.objects[goal.object], scene.gripper)
    else { return direct }
    return detour(direct, around: post, side, from: scene.gripper)
  }

  private static func direct(in scene: Scene, toward goal: TabletopTask.Goal) -> [Float] {
    switch goal {
    case .lift(let object): return lift(object, in: scene)
    case .put(let object, let bowl): return put(object, into: bowl, in: scene)
    case .push(let object, let direction): return push(object, direction, in: scene)
    }
  }

  private static func lift(_ object: Int, in scene: Scene) -> [Float] {
    if scene.held == object { return move(scene, dx: 0, dy: 0, dz: 1, closed: true) }
    return grasp(object, in: scene)
  }

  /// Comes down on the object along a funnel: the shorter the distance over the table, the lower. While
  /// closing it keeps moving toward the object's center, but not down.
  private static func grasp(_ object: Int, in scene: Scene) -> [Float] {
    let (dx, dy, distance) = offset(to: scene.objects[object], in: scene)
    let isThere = distance < 0.045 && scene.gripper.z < 0.15 && !scene.gripper.isClosed
    let height = min(max(1.5 * distance - 0.03, 0.04), 0.5)
    let dz = isThere ? 0 : 0.6 * (height - scene.gripper.z)
    return move(scene, dx: 0.6 * dx, dy: 0.6 * dy, dz: dz, closed: isThere)
  }

  /// Carries the object over the bowl, below ``Rules/liftedHeight``, and opens there.
  private static func put(_ object: Int, into bowl: Int, in scene: Scene) -> [Float] {
    guard scene.held == object else { return grasp(object, in: scene) }
    let (dx, dy, distance) = offset(to: scene.objects[bowl], in: scene)
    let dz = 0.6 * (0.35 - scene.gripper.z)
    return move(scene, dx: 0.6 * dx, dy: 0.6 * dy, dz: dz, closed: distance > 0.045)
  }

  /// Closes at once, comes down behind the object, then drives through it.
  private static func push(_ object: Int, _ direction: Float, in scene: Scene) -> [Float] {
    let gripper = scene.gripper
    let target = scene.objects[object]
    let behind = direction * (target.x - gripper.x)
    let sideways = target.y - gripper.y
    if gripper.isClosed && scene.held == nil && (0.05...0.30).contains(behind)
      && abs(sideways) < 0.04 && gripper.z < 0.2
    {
      return move(
        scene, dx: direction * 0.6 * Rules.maximumStep, dy: 0.8 * sideways,
        dz: 0.6 * (0.08 - gripper.z), closed: true)
    }
    let dx = target.x - 0.14 * direction - gripper.x
    let distance = (dx * dx + sideways * sideways).squareRoot()
    // Closing beside an object would grasp it, so the gripper first rises out of reach.
    let wouldGrasp =
      !gripper.isClosed && gripper.z < 0.3
      && scene.objects.contains { $0.distance(x: gripper.x, y: gripper.y) < 0.3 }
    let height = wouldGrasp ? 0.5 : min(max(4 * (distance - 0.05) + 0.08, 0.08), 0.36)
    return move(
      scene, dx: 0.8 * dx, dy: 0.8 * sideways, dz: 0.6 * (height - gripper.z),
      closed: scene.held == nil && !wouldGrasp)
  }

  /// The way from the gripper to `object` over the table, in world units.
  private static func offset(
    to object: TabletopObject, in scene: Scene
  ) -> (dx: Float, dy: Float, distance: Float) {
    let (x, y) = (scene.gripper.x, scene.gripper.y)
    return (object.x - x, object.y - y, object.distance(x: x, y: y))
  }

  private static func move(
    _ scene: Scene, dx: Float, dy: Float, dz: Float, closed: Bool
  ) -> [Float] {
    [
      dx.clipped(Rules.maximumStep), dy.clipped(Rules.maximumStep), dz.clipped(Rules.maximumLift),
      0, 0, 0, closed ? 1 : -1,
    ]
  }
}
