import Images
import Tabletop
import Tensors

/// How one thread drives its share of the arms of a ``ClosedLoop``, all in step.
extension ClosedLoop {
  func drive(_ policy: VLA, seeds: [UInt64]) throws -> [Episode] {
    try ActionSpace.tabletop.check(matches: policy.space)
    let renderer = Renderer(size: policy.backbone.imageSize ?? 64)
    var random = SeededRandom(seed: ~(seeds.first ?? 0))  // for heads that draw their answer
    var arms = seeds.map { Arm(seed: $0, suite: suite, control: control, history: policy.history) }

    while case let active = arms.indices.filter({ arms[$0].isRunning }), !active.isEmpty {
      for i in active {
        let frame = renderer.render(arms[i].scene)
        if keepsFrames { arms[i].frames.append(frame) }
        let shown =
          control == .blankImage
          ? RGBImage(width: frame.width, height: frame.height, color: Palette.table) : frame
        arms[i].history.append(
          Observation(shown, proprioception: arms[i].scene.proprioception))
      }
      let asking = active.filter { arms[$0].plan.isEmpty || ensembles }
      let batches = policy.backbone.takesBatches ? [asking] : asking.map { [$0] }
      for asked in batches where !asked.isEmpty {
        let state = try policy.state(
          of: asked.map { arms[$0].history.window },
          instructions: asked.map { arms[$0].world.task.instruction })
        for (chunk, arm) in zip(policy.chunks(for: state, using: &random), asked) {
          arms[arm].plan = ensembles ? [arms[arm].ensemble(chunk)] : Array(chunk.prefix(executed))
        }
      }
      for i in active {
        arms[i].step(try policy.statistics.robotAction(arms[i].plan.removeFirst()))
        if keepsFrames && !arms[i].isRunning { arms[i].lastFrame = renderer.render(arms[i].scene) }
      }
    }
    return arms.map(\.episode)
  }
}

/// One arm at work: its world, and what it plans to do next.
private struct Arm {
  let seed: UInt64
  var world: TabletopWorld
  /// The same actions, judged by the task that the scene was made for.
  var original: TabletopWorld
  var plan: [NormalizedAction] = []
  var ensemble = TemporalEnsemble()
  var history: History
  var frames: [RGBImage] = []
  var lastFrame: RGBImage?
  /// The object that it held last.
  var grasped: Int?

  init(seed: UInt64, suite: Suite, control: ClosedLoop.Control, history: Int) {
    self.seed = seed
    self.history = History(length: history)
    var start = suite.initialState(seed: seed)
    original = TabletopWorld(start)
    if control == .otherInstruction {
      start.task = suite.otherTask(than: start.task, in: start.scene)
    }
    world = TabletopWorld(start)
  }

  /// A wrong object lifted ends the task that was said, but may be the way to the original one.
  var isRunning: Bool {
    world.outcome == .running || world.outcome != .success && original.outcome == .running
  }

  /// The two worlds are alike until one of them ends, and stands still.
  var scene: Scene { world.outcome == .running ? world.scene : original.scene }

  mutating func step(_ action: RobotAction) {
    world.step(action.values)
    original.step(action.values)
    grasped = world.scene.held ?? grasped
  }

  var episode: ClosedLoop.Episode {
    .init(
      seed: seed, instruction: world.task.instruction, outcome: world.outcome,
      achievedOriginal: original.outcome == .success, ending: Ending(of: world, grasped: grasped)!,
      steps: world.stepCount, frames: frames, lastFrame: lastFrame)
  }
}
