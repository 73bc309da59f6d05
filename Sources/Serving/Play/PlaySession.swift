import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors

/// One page's episode: the world, the policy that acts in it, and what it remembers.
final class PlaySession {
  /// A moment of the episode: enough to return to it.
  struct Moment {
    var world: PlayWorld
    var memory: EpisodeMemory
    var ensemble = TemporalEnsemble()
    var isObserved = false
    /// What happened in it: the policy's observation and the action of the step that ended it.
    var observation: Observation?
    var action: RobotAction?
  }

  let room: PlayRoom
  private(set) var name: String
  private(set) var policy: VLA
  private var settings = PlaySettings()
  private(set) var now: Moment
  private(set) var past: [Moment] = []
  private var noise = SeededRandom(seed: 7)
  private(set) var outcomes: [Bool] = []
  private(set) var insight: PolicyInsight?
  private(set) var plan: [[Float]] = []
  /// Whether the policy alone acted, from the beginning: only such an episode is counted.
  private var isPolicys = true

  init(_ room: PlayRoom) {
    self.room = room
    (name, policy) = room.first
    let world = PlayWorld(.object, seed: Suite.firstHeldOutSeed)
    now = Moment(world: world, memory: .init(history: History(length: policy.history)))
  }

  // MARK: - Requests

  /// Does what the page asks, and says how things stand.
  func callAsFunction(_ request: PlayRequest) throws -> PlayState {
    switch request {
    case .reset(let suite, let seed): begin(PlayWorld(suite, seed: seed))
    case .choose(let name):
      guard let policy = room[name] else { throw RequestProblem("no policy named \(name)") }
      (self.name, self.policy) = (name, policy)
      outcomes = []
      begin(now.world, keepsScene: true)
    case .tell(let text):
      var world = now.world
      world.tell(text)
      begin(world)
    case .move(let object, let x, let y):
      var world = now.world
      world.move(object, x: x, y: y)
      begin(world)
    case .step:
      try decide()
      if let action = now.memory.plan.first { act(action) }
    case .drive(let values): drive(RobotAction(values))
    case .rewind(let step): rewind(to: step)
    case .settings(let settings):
      self.settings = settings
      now.memory.plan = []
      now.isObserved = false
    case .keep:
      guard isSuccess else {
        throw RequestProblem("only an episode that has just succeeded is kept as a demonstration")
      }
      try room.keep(demonstration)
    case .clone:
      (name, policy) = try room.clone()
      begin(now.world, keepsScene: true)
    case .film: break
    }
    try decide()
    return state
  }

  /// The frames of the episode so far, ten a second.
  func film() -> Data {
    RGBImage.animatedPNG(
      (past.map(\.world) + [now.world]).map {
        $0.picture.resized(width: 256, height: 256, filter: .nearest)
          .captioned($0.instruction)
      }, framesPerSecond: 5)
  }

  private func begin(_ world: PlayWorld, keepsScene: Bool = false) {
    var world = world
    if keepsScene { world.tell(world.instruction) }
    now = Moment(world: world, memory: .init(history: History(length: policy.history)))
    (past, isPolicys) = ([], true)
  }

  private func rewind(to step: Int) {
    guard past.indices.contains(step) else { return }
    now = past[step]
    past.removeSubrange(step...)
    isPolicys = false
  }

  /// A person acts in the policy's place.
  private func drive(_ action: RobotAction) {
    now.memory.plan = []
    isPolicys = false
    act(action)
  }

  private func act(_ action: RobotAction) {
    guard now.world.isRunning else { return }
    now.action = action
    past.append(now)
    now.memory.plan = now.memory.plan.dropFirst()
    now.isObserved = false
    if now.world.step(action), now.world.isJudged, isPolicys { outcomes.append(isSuccess) }
  }

  private var isSuccess: Bool { now.world.isJudged && now.world.world.outcome == .success }

  /// The episode that has succeeded, as a demonstration of the dataset.
  private var demonstration: Demonstration {
    let seen = past.compactMap(\.observation)
    return Demonstration(
      suite: now.world.suite, instruction: now.world.instruction, seed: now.world.seed,
      frames: seen.map(\.image),
      actions: past.compactMap { $0.action?.values.map(\.toFiveDecimals) },
      proprioception: seen.compactMap { $0.proprioception?.map(\.toFiveDecimals) })
  }

  // MARK: - The policy

  private func observe() {
    guard !now.isObserved else { return }
    let observation = now.world.observation(
      isBlank: settings.isBlank, noise: settings.noise, using: &noise)
    now.memory.history.append(observation)
    (now.observation, now.isObserved) = (observation, true)
  }

  /// Lets the policy plan, where it has no plan.
  private func decide() throws {
    observe()
    guard now.world.isRunning, now.memory.plan.isEmpty || settings.ensembles else { return }
    let window = now.memory.history.window
    let instruction = now.world.instruction
    insight = try PolicyInsight(policy, window, instruction)
    let chunk = try policy.predictChunk(window, instruction: instruction, using: &now.memory.random)
    let actions = try chunk.map { try policy.space.clipped(policy.statistics.robotAction($0)) }
    plan = path(of: actions)
    if settings.ensembles {
      let mean = now.ensemble(chunk)
      now.memory.plan = [try policy.space.clipped(policy.statistics.robotAction(mean))]
    } else {
      now.memory.plan = actions.prefix(min(settings.horizon ?? actions.count, actions.count))
    }
  }

  /// Where the actions would lead the gripper, as points of the image.
  private func path(of actions: [RobotAction]) -> [[Float]] {
    let gripper = now.world.scene.gripper
    var (x, y, z) = (gripper.x, gripper.y, gripper.z)
    var points = [now.world.imagePoint(x: x, y: y, z: z)]
    for action in actions {
      (x, y, z) = (x + action.values[0], y + action.values[1], z + action.values[2])
      points.append(now.world.imagePoint(x: x, y: y, z: z))
    }
    return points
  }
}
