import Foundation
import Images
import NanoVLA
import Tensors

/// A simulator behind a pipe as an ``Environment``: closed-loop evaluation, recording and
/// reinforcement learning run in MetaWorld, LIBERO or Gymnasium as they run on the tabletop.
///
/// A seed names a task and a layout of it: seed = layout · tasks + task. Each copy borrows a process at
/// its reset, and gives it back when nobody needs the copy any more. A process that ends in the middle
/// of an episode is replaced: the new one repeats the episode's actions, and only if that leads to the
/// very same state does the episode go on.
public final class SimulatorEnvironment: ExpertEnvironment {
  public let settings: SimulatorSettings
  public let control: SimulatorControl
  /// The facts of each task of ``SimulatorName/tasks`` that one policy's actions and states must share.
  public let facts: SimulatorFacts
  public internal(set) var space: ActionSpace
  /// The part of the image's area that is shown, from its middle; nil for the whole image.
  var shownArea: Float?
  public private(set) var instruction: String
  public private(set) var achievedOriginalTask = false
  package let pool: SimulatorPool
  private var simulator: Simulator?
  private var layout: UInt64 = 0
  /// nil until the episode has begun.
  private var situation: Simulator.Situation?
  private var actions: [RobotAction] = []
  private static let mostRestarts = 3
  private var restarts = 0

  /// Starts the first task's simulator, to learn what it is.
  /// - Throws: ``SimulatorError`` or ``BridgeError``.
  public convenience init(_ settings: SimulatorSettings, control: SimulatorControl = .none) throws {
    try self.init(settings, control: control, script: nil)
  }

  package init(
    _ settings: SimulatorSettings, control: SimulatorControl = .none, script: URL?
  ) throws {
    try settings.check()
    pool = SimulatorPool(settings, script: script)
    (self.settings, self.control) = (settings, control)
    facts = try pool.facts(of: settings.name.tasks[0])
    (space, instruction) = (facts.space, facts.instruction)
  }

  private init(copying other: SimulatorEnvironment, control: SimulatorControl) {
    (settings, self.control, facts, pool) = (other.settings, control, other.facts, other.pool)
    (space, instruction, shownArea) = (other.space, other.instruction, other.shownArea)
  }

  deinit { if let simulator { pool.give(simulator) } }

  public func copy() -> SimulatorEnvironment { .init(copying: self, control: control) }

  /// The same simulators with another control.
  public func controlled(_ control: SimulatorControl) -> SimulatorEnvironment {
    .init(copying: self, control: control)
  }

  public var concurrency: Int { settings.processes }
  /// How many processes had to be started again so far.
  public var restartCount: Int { pool.restartCount }
  /// The most steps of an episode.
  public var horizon: Int { min(settings.horizon ?? .max, facts.horizon) }
  /// The task that a seed names.
  public func task(of seed: UInt64) -> String {
    settings.name.tasks[Int(seed % UInt64(settings.name.tasks.count))]
  }

  public func reset(to seed: UInt64) throws {
    let task = task(of: seed)
    let known = try pool.facts(of: task)
    guard known.space == facts.space, known.stateNames == facts.stateNames else {
      throw SimulatorError.unequalTasks(settings.name.tasks[0], task)
    }
    if let simulator, simulator.task != task || !simulator.isRunning {
      pool.give(simulator)
      self.simulator = nil
    }
    (actions, situation, achievedOriginalTask, restarts) = ([], nil, false, 0)
    layout = seed / UInt64(settings.name.tasks.count)
    let borrowed = try simulator ?? pool.take(task)
    simulator = borrowed
    situation = try surviving { try $0.reset(to: self.layout) }
    instruction = try told(task, known)
  }

  public func observation() throws -> Observation {
    let side = settings.imageSize
    var image = RGBImage(width: side, height: side, color: .init(128, 128, 128))
    if control != .blankImage {
      image = try surviving { try $0.image() }
      if let shownArea { image = image.centerCropped(toArea: shownArea) }
    }
    let state = situation?.state ?? []
    return Observation(image, proprioception: state.isEmpty ? nil : state)
  }

  /// The true positions, which no policy reads; for a backbone that learns to point.
  public var positions: [Float] { situation?.positions ?? [] }

  public func step(_ action: RobotAction) throws -> Ending? {
    let action = try facts.space.clipped(space.commanded(action, to: facts.space))
    let (result, now) = try surviving { try $0.step(action) }
    actions.append(action)
    situation = now
    achievedOriginalTask = result.success
    if result.success { return .success }
    if result.over { return .failure(result.reason ?? "over") }
    return actions.count >= horizon ? .failure("horizon") : nil
  }

  public func expertAction() throws -> RobotAction { try surviving { try $0.expertAction() } }

  /// Runs `body`, in a new process if the present one ends: after the episode was repeated there.
  private func surviving<Result>(_ body: (Simulator) throws -> Result) throws -> Result {
    guard let simulator else { fatalError("SimulatorEnvironment: used before its reset") }
    do { return try body(simulator) } catch let error as BridgeError
      where error.isFatal && restarts < Self.mostRestarts
    {
      restarts += 1
      let fresh = try pool.replacement(for: simulator)
      self.simulator = fresh
      if let situation {
        var reached = try fresh.reset(to: layout)
        for action in actions { reached = try fresh.step(action).1 }
        guard reached == situation else { throw SimulatorError.notReproducible(fresh.task) }
      }
      return try surviving(body)
    }
  }
}
