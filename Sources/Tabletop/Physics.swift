/// The toy world's physics: how one action changes a scene. The constants are in ``Rules``.
extension Scene {
  /// Moves the gripper, and with it a held object; a closed, empty gripper pushes objects ahead.
  ///
  /// The motion is resolved in four quarters, so that a pushed object gives way before the gripper
  /// reaches it: one whole step could land on the far side of its center and push it backward, or jump
  /// over an obstacle.
  ///
  /// - Returns: `false` if the gripper ran into an obstacle, and stopped there.
  mutating func move(dx: Float, dy: Float, dz: Float) -> Bool {
    let from = gripper
    for part: Float in [0.25, 0.5, 0.75, 1] {
      gripper.x = (from.x + part * dx.clipped(Rules.maximumStep)).within01
      gripper.y = (from.y + part * dy.clipped(Rules.maximumStep)).within01
      gripper.z = (from.z + part * dz.clipped(Rules.maximumLift)).within01
      carryHeldObject()
      pushAway()
      if isTouchingObstacle { return false }
    }
    return true
  }

  /// Opens or closes the fingers: closing grasps the nearest object in reach, opening drops it.
  ///
  /// - Returns: index of the object that was dropped.
  mutating func actuate(closing: Bool) -> Int? {
    defer { gripper.isClosed = closing }
    if closing && !gripper.isClosed && gripper.z < Rules.reachHeight {
      let distances = objects.map { $0.distance(x: gripper.x, y: gripper.y) }
      let nearest = distances.indices.min { distances[$0] < distances[$1] }
      held = nearest.flatMap { distances[$0] <= Rules.graspRadius ? $0 : nil }
      carryHeldObject()
    } else if !closing, let dropped = held {
      objects[dropped].z = 0
      held = nil
      return dropped
    }
    return nil
  }

  /// Moves the held object to where the gripper is.
  mutating func carryHeldObject() {
    guard let held else { return }
    objects[held].x = gripper.x
    objects[held].y = gripper.y
    objects[held].z = gripper.z
  }

  /// Carries all objects but the held one by one step of the belt.
  mutating func carryOnBelt() {
    for index in objects.indices where index != held && objects[index].x < Rules.beltEnd {
      objects[index].x = min(objects[index].x + belt, Rules.beltEnd)
    }
  }

  private var isTouchingObstacle: Bool {
    guard let obstacle else { return false }
    return obstacle.distance(x: gripper.x, y: gripper.y) < Rules.obstacleRadius
  }

  /// The closed, empty gripper near the table moves objects straight away from itself.
  private mutating func pushAway() {
    guard gripper.isClosed, held == nil, gripper.z < Rules.reachHeight else { return }
    for index in objects.indices {
      let object = objects[index]
      let distance = object.distance(x: gripper.x, y: gripper.y)
      guard distance < Rules.pushRadius, distance > 0 else { continue }
      let scale = Rules.pushRadius / distance
      objects[index].x = (gripper.x + scale * (object.x - gripper.x)).within01
      objects[index].y = (gripper.y + scale * (object.y - gripper.y)).within01
    }
  }
}

extension Float {
  /// This number, at most `limit` away from 0.
  func clipped(_ limit: Float) -> Float { Swift.min(Swift.max(self, -limit), limit) }

  /// This number, clipped to the world's 0 … 1.
  var within01: Float { Swift.min(Swift.max(self, 0), 1) }
}
