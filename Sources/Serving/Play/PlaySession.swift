import Diagnosis
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
  /// The policy that was chosen, and the one that acts: the same, or that with a fault.
  private var chosen: VLA
  private(set) var policy: VLA
  private(set) var settings = PlaySettings()
  var now: Moment
  var past: [Moment] = []
  var noise = SeededRandom(seed: 7)
  var outcomes: [Bool] = []
  var insight: PolicyInsight?
  var plan: [[Float]] = []
  /// Whether the policy alone acted, from the beginning: only such an episode is counted.
  var isPolicys = true

  init(_ room: PlayRoom) {
    self.room = room
    (name, chosen) = room.first
    policy = chosen
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
      (self.name, chosen) = (name, policy)
      try plantFault()
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
      try plantFault()
      now.memory.plan = []
      now.isObserved = false
    case .keep:
      guard isSuccess else {
        throw RequestProblem("only an episode that has just succeeded is kept as a demonstration")
      }
      try room.keep(demonstration)
    case .clone:
      (name, chosen) = try room.clone()
      try plantFault()
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

  /// Gives the chosen policy the fault that the page asks for, if any.
  private func plantFault() throws {
    guard settings.fault == nil || chosen.backbone is ToyVLM else {
      throw RequestProblem("faults are planted in policies on the toy VLM only")
    }
    policy = try settings.fault?.planted(in: chosen) ?? chosen
  }
}
