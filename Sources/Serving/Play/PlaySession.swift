import Diagnosis
import Files
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors

/// One page's episode: the world, the policy that acts in it, and what it remembers.
final class PlaySession {
  /// A moment of the episode: enough to return to it.
  struct Moment {
    var world: any PlayWorld
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
    now = Moment(
      world: room.world(for: policy), memory: .init(history: History(length: policy.history)))
  }

  // MARK: - Requests

  /// Does what the page asks, and says how things stand.
  func callAsFunction(_ request: PlayRequest) throws -> PlayState {
    switch request {
    case .reset(let suite, let seed):
      _ = try tabletop()
      begin(PlayTabletop(suite, seed: seed))
    case .begin(let task, let number):
      guard var world = now.world as? PlaySimulator else {
        throw RequestProblem("the tabletop has suites, and no task named \(oneLine(task))")
      }
      try world.begin(task, number)
      begin(world)
    case .choose(let name):
      guard let policy = room[name] else { throw RequestProblem("no policy named \(name)") }
      (self.name, chosen) = (name, policy)
      try plantFault()
      outcomes = []
      restart()
    case .tell(let text):
      var world = now.world
      world.tell(text)
      begin(world)
    case .move(let object, let x, let y):
      var world = try tabletop()
      world.move(object, x: x, y: y)
      begin(world)
    case .step:
      try decide()
      if let action = now.memory.plan.first { try act(action) }
    case .drive(let values): try drive(RobotAction(values))
    case .rewind(let step): rewind(to: step)
    case .settings(let settings):
      self.settings = settings
      try plantFault()
      now.memory.plan = []
      now.isObserved = false
    case .keep:
      let world = try tabletop()
      guard world.isSuccess else {
        throw RequestProblem("only an episode that has just succeeded is kept as a demonstration")
      }
      try room.keep(demonstration(in: world))
    case .clone:
      _ = try tabletop()
      (name, chosen) = try room.clone()
      try plantFault()
      restart()
    case .film: break
    }
    try decide()
    return state
  }

  private func begin(_ world: any PlayWorld) {
    now = Moment(world: world, memory: .init(history: History(length: policy.history)))
    (past, isPolicys) = ([], true)
  }

  /// The episode begins anew, for the policy that was chosen.
  private func restart() {
    var world = now.world
    world.restart(for: policy)
    begin(world)
  }

  /// Gives the chosen policy the fault that the page asks for, if any.
  private func plantFault() throws {
    if settings.fault != nil { _ = try tabletop() }
    guard settings.fault == nil || chosen.backbone is ToyVLM else {
      throw RequestProblem("faults are planted in policies on the toy VLM only")
    }
    policy = try settings.fault?.planted(in: chosen) ?? chosen
  }
}
