public enum Outcome: String, Sendable { case running, success, failure, timeout }

/// One episode: a scene that actions change, and a task that it is judged by.
///
/// There is no dynamics: the gripper goes where it is told, and what it holds goes along.
public struct TabletopWorld: Sendable {
  public private(set) var scene: Scene
  public let task: TabletopTask
  public let horizon: Int
  public private(set) var stepCount = 0
  public private(set) var outcome = Outcome.running
  /// How many of the task's goals are achieved; the next one is `task.goals[achievedGoals]`.
  public private(set) var achievedGoals = 0
  /// The object that was lifted last, whether asked for or not.
  public private(set) var liftedObject: Int?
  private let start: Scene

  /// Nothing ends after more than `horizon` steps.
  public init(scene: Scene, task: TabletopTask, horizon: Int) {
    (self.scene, self.task, self.horizon, start) = (scene, task, horizon, scene)
  }

  /// The goal that comes next; `nil` when all are achieved.
  public var currentGoal: TabletopTask.Goal? {
    achievedGoals < task.goals.count ? task.goals[achievedGoals] : nil
  }

  /// Moves the arm by one step and judges what came of it. After the end nothing changes any more.
  ///
  /// - Parameter action: `[dx, dy, dz, roll, pitch, yaw, gripper]`. dx, dy (clipped to ±0.20) and dz
  ///   (±0.30) in world units; the three angles are ignored; gripper > 0 closes, else it opens.
  @discardableResult
  public mutating func step(_ action: [Float]) -> Outcome {
    guard action.count == 7, action.allSatisfy(\.isFinite) else {
      fatalError("step: an action is 7 finite numbers, not \(action)")
    }
    guard outcome == .running else { return outcome }
    guard move(dx: action[0], dy: action[1], dz: action[2]) else {
      stepCount += 1
      outcome = .failure
      return outcome
    }
    let released = actuate(closing: action[6] > 0)
    stepCount += 1
    judge(released: released)
    if outcome == .running && stepCount >= horizon { outcome = .timeout }
    return outcome
  }

  /// Motion in four quarters, so that a pushed object gives way before the gripper is upon it: one
  /// whole step could land on the far side of its centre and push it backwards. Likewise a whole step
  /// could jump over the post. Returns `false` if the gripper ran into it, and stopped there.
  private mutating func move(dx: Float, dy: Float, dz: Float) -> Bool {
    let from = scene.gripper
    for part: Float in [0.25, 0.5, 0.75, 1] {
      scene.gripper.x = (from.x + part * dx.clipped(Rules.maximumStep)).within01
      scene.gripper.y = (from.y + part * dy.clipped(Rules.maximumStep)).within01
      scene.gripper.z = (from.z + part * dz.clipped(Rules.maximumLift)).within01
      scene.carryHeldObject()
      pushAway()
      if isTouchingObstacle { return false }
    }
    return true
  }

  private var isTouchingObstacle: Bool {
    guard let post = scene.obstacle else { return false }
    return post.distance(x: scene.gripper.x, y: scene.gripper.y) < Rules.obstacleRadius
  }

  /// The closed, empty gripper near the table moves objects out of its way, straight away from it.
  private mutating func pushAway() {
    let gripper = scene.gripper
    guard gripper.isClosed, scene.held == nil, gripper.z < Rules.reachHeight else { return }
    for index in scene.objects.indices {
      let object = scene.objects[index]
      let distance = object.distance(x: gripper.x, y: gripper.y)
      guard distance < Rules.pushRadius, distance > 0 else { continue }
      let scale = Rules.pushRadius / distance
      scene.objects[index].x = (gripper.x + scale * (object.x - gripper.x)).within01
      scene.objects[index].y = (gripper.y + scale * (object.y - gripper.y)).within01
    }
  }

  /// Opens or closes the fingers. Returns the object that this dropped.
  private mutating func actuate(closing: Bool) -> Int? {
    defer { scene.gripper.isClosed = closing }
    let gripper = scene.gripper
    if closing && !gripper.isClosed && gripper.z < Rules.reachHeight {
      let distances = scene.objects.map { $0.distance(x: gripper.x, y: gripper.y) }
      let nearest = distances.indices.min { distances[$0] < distances[$1] }
      scene.held = nearest.flatMap { distances[$0] <= Rules.graspRadius ? $0 : nil }
      scene.carryHeldObject()
    } else if !closing, let dropped = scene.held {
      scene.objects[dropped].z = 0
      scene.held = nil
      return dropped
    }
    return nil
  }

  private mutating func judge(released: Int?) {
    let lifted = scene.held.flatMap { scene.gripper.z > Rules.liftedHeight ? $0 : nil }
    liftedObject = lifted ?? liftedObject
    guard let goal = currentGoal else { return }
    if let lifted, lifted != goal.object { outcome = .failure }
    let isAchieved: Bool
    switch goal {
    case .lift(let object):
      isAchieved = lifted == object
    case .put(let object, let bowl):
      isAchieved = released == object && scene.bowl(holding: object) == bowl
    case .push(let object, let direction):
      let moved = direction * (scene.objects[object].x - start.objects[object].x)
      isAchieved = moved > Rules.pushedDistance && scene.held != object
    }
    guard isAchieved else { return }
    achievedGoals += 1
    if achievedGoals == task.goals.count { outcome = .success }
  }
}

extension Float {
  /// This number, at most `limit` away from 0.
  func clipped(_ limit: Float) -> Float { Swift.min(Swift.max(self, -limit), limit) }

  /// This number, held inside the world.
  var within01: Float { Swift.min(Swift.max(self, 0), 1) }
}
