/// How an episode stands. ``success`` and ``failure`` are the task's verdict; ``timeout`` is neither.
public enum Outcome: String, Sendable { case running, success, failure, timeout }

/// One episode of the toy world: a scene that actions change, and a task that judges it.
///
/// There is no dynamics: the gripper goes where the action says, and a held object goes with it. The
/// same initial state and the same actions give the same episode, bit for bit.
///
///     var world = TabletopWorld(Suite.object.initialState(seed: 3))
///     while world.outcome == .running { world.step(Expert.action(for: world)) }
///
/// What a policy may observe is `renderer.render(world.scene)`, ``proprioception`` and
/// ``instruction``; the true positions in ``scene`` are for the expert and for measuring.
///
/// - Letters and units: see ``Scene`` (world units) and ``Rules`` (the constants of the physics).
public struct TabletopWorld: Sendable {
  /// What an episode begins with. A new episode is a new world.
  public struct InitialState: Sendable, Equatable {
    /// What stands where before the first step.
    public var scene: Scene
    /// What the episode is judged by.
    public var task: TabletopTask
    /// Steps after which an episode that is still running ends with ``Outcome/timeout``.
    public var horizon: Int

    /// An initial state; ``Suite/initialState(seed:)`` draws one of a suite.
    public init(scene: Scene, task: TabletopTask, horizon: Int) {
      (self.scene, self.task, self.horizon) = (scene, task, horizon)
    }
  }

  /// What the episode began with.
  public let initialState: InitialState
  /// The true state, as the last step left it.
  public private(set) var scene: Scene
  /// Steps done, at most ``horizon``.
  public private(set) var stepCount = 0
  /// How the episode stands after the last step.
  public private(set) var outcome = Outcome.running
  /// How many of the task's goals are achieved; the next one is ``currentGoal``.
  public private(set) var achievedGoals = 0
  /// Index of the object that was lifted last, whether the task asks for it or not.
  public private(set) var liftedObject: Int?

  /// A new episode, before its first step.
  public init(_ initialState: InitialState) {
    self.initialState = initialState
    scene = initialState.scene
  }

  /// What the episode is judged by.
  public var task: TabletopTask { initialState.task }
  /// The most steps that the episode takes.
  public var horizon: Int { initialState.horizon }
  /// The task in words, "pick up the red cup".
  public var instruction: String { task.instruction }
  /// The robot's own state, `[x, y, z, closed]`: see ``Scene/proprioception``.
  public var proprioception: [Float] { scene.proprioception }

  /// The next goal; `nil` when all are achieved.
  public var currentGoal: TabletopTask.Goal? {
    achievedGoals < task.goals.count ? task.goals[achievedGoals] : nil
  }

  /// Moves the gripper by one step and judges the result. After the end nothing changes.
  ///
  /// - Parameter action: `[dx, dy, dz, roll, pitch, yaw, gripper]`. dx and dy (clipped to
  ///   ±``Rules/maximumStep``) and dz (±``Rules/maximumLift``) in world units; the three angles are
  ///   ignored; gripper > 0 closes, otherwise it opens.
  /// - Returns: the ``outcome`` after the step.
  @discardableResult
  public mutating func step(_ action: [Float]) -> Outcome {
    guard action.count == 7, action.allSatisfy(\.isFinite) else {
      fatalError("step: an action is 7 finite numbers, not \(action)")
    }
    guard outcome == .running else { return outcome }
    guard scene.move(dx: action[0], dy: action[1], dz: action[2]) else {
      stepCount += 1
      outcome = .failure
      return outcome
    }
    let released = scene.actuate(closing: action[6] > 0)
    if scene.belt > 0 { scene.carryOnBelt() }
    stepCount += 1
    judge(released: released)
    if outcome == .running && stepCount >= horizon { outcome = .timeout }
    return outcome
  }

  /// Judges the scene by the current goal: lifting another object is failure, the last goal success.
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
      let moved = direction * (scene.objects[object].x - initialState.scene.objects[object].x)
      isAchieved = moved > Rules.pushedDistance && scene.held != object
    }
    guard isAchieved else { return }
    achievedGoals += 1
    if achievedGoals == task.goals.count { outcome = .success }
  }
}
