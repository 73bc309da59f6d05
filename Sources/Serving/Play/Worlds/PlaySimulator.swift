import Files
import Images
import NanoVLA
import Simulators

/// A simulator of a page. It judges its own task, whatever the policy is told.
///
/// The simulator's process cannot be copied. A value of this type keeps what was seen at its moment; to go
/// back to it the simulator is reset and repeats the actions, and what is seen then must be the same.
struct PlaySimulator: PlayWorld {
  private enum Phase {
    /// To be reached by a reset and these actions.
    case ahead([RobotAction])
    case here
    case ended(Ending)
    /// An error ended the episode.
    case stopped
  }

  /// All that is known of a moment.
  private struct View: Equatable {
    let image: RGBImage
    let proprioception: [Float]?
    let positions: [Float]

    init(_ environment: SimulatorEnvironment) throws {
      let observation = try environment.observation()
      (image, proprioception) = (observation.image, observation.proprioception)
      positions = environment.positions
    }
  }

  private let base: SimulatorEnvironment
  private var environment: SimulatorEnvironment
  private var task: String
  private var number: UInt64
  /// What the policy is told in place of the simulator's task.
  private var told: String?
  private var phase = Phase.ahead([])
  private var view: View?

  /// The first task's first layout for evaluation. No process is used before ``settle()``.
  init(_ base: SimulatorEnvironment, for policy: VLA) {
    (self.base, environment) = (base, base.acting(policy).copy())
    task = base.settings.name.tasks[0]
    number = base.heldOutSeeds(1)[0] / UInt64(base.settings.name.tasks.count)
  }

  var space: ActionSpace { environment.space }
  var horizon: Int { environment.horizon }
  var picture: RGBImage { view?.image ?? blank }
  var proprioception: [Float]? { view?.proprioception }

  var blank: RGBImage {
    let side = environment.settings.imageSize
    return RGBImage(width: side, height: side, color: .init(128, 128, 128))
  }

  var layout: PlayState.Layout {
    .init(
      environment: "\(base.settings.name)", kind: "task", names: base.settings.name.tasks,
      name: task, seed: number, judged: ownInstruction)
  }

  /// The simulator's task in words, or its name until they are known.
  private var ownInstruction: String { base.pool.knownInstruction(of: task) ?? task }
  var instruction: String { told ?? ownInstruction }
  var instructions: [String] { base.settings.name.tasks.compactMap(base.pool.knownInstruction) }
  var isJudged: Bool { told == nil }

  var isRunning: Bool { if case .here = phase { true } else { false } }
  var isSuccess: Bool { isJudged && outcome == Ending.success.name }
  var outcome: String {
    switch phase {
    case .ahead, .here: "running"
    case .ended(.failure("horizon")): "timeout"
    case .ended(let ending): ending.name
    case .stopped: "stopped"
    }
  }

  mutating func tell(_ text: String) {
    let isOwn = PlayTabletop.normalized(text) == PlayTabletop.normalized(ownInstruction)
    told = isOwn ? nil : text
    restart()
  }

  mutating func restart(for policy: VLA) {
    environment = base.acting(policy).copy()
    restart()
  }

  /// Another layout, with the simulator's own instruction.
  mutating func begin(_ task: String, _ number: UInt64) throws {
    guard base.settings.name.tasks.contains(task) else {
      throw RequestProblem("\(base.settings.name) has no task \(oneLine(task))")
    }
    (self.task, self.number, told) = (task, number, nil)
    restart()
  }

  private mutating func restart() { (phase, view) = (.ahead([]), nil) }
  mutating func goBack(after actions: [RobotAction]) { phase = .ahead(actions) }

  mutating func settle() throws {
    guard case .ahead(let actions) = phase else { return }
    phase = .stopped  // unless nothing below throws
    let tasks = base.settings.name.tasks
    try environment.reset(
      to: number * UInt64(tasks.count) + UInt64(tasks.firstIndex(of: task)!))
    for action in actions { _ = try environment.step(action) }
    let reached = try View(environment)
    guard view == nil || view == reached else {
      throw RequestProblem(
        "\(task): after a reset the same \(actions.count) actions led to another state, so that "
          + "nobody can go back in this episode; begin a new layout")
    }
    (view, phase) = (reached, .here)
  }

  mutating func step(_ action: RobotAction) throws -> Bool {
    guard isRunning else { return false }
    phase = .stopped
    let ending = try environment.step(action)
    view = try View(environment)
    phase = ending.map(Phase.ended) ?? .here
    return ending != nil
  }
}
