import Images
import Tabletop
import Tensors

/// How one thread drives its share of the arms of a ``ClosedLoop``, all in step.
extension ClosedLoop {
  func drive(_ policy: VLA, seeds: [UInt64]) throws -> [Episode] {
    let renderer = Renderer(size: policy.backbone.configuration.imageSize)
    var arms = seeds.map { Arm(seed: $0, suite: suite, control: control) }
    let ids = try arms.map { try policy.backbone.tokenizer.encode($0.world.task.instruction) }

    while case let active = arms.indices.filter({ arms[$0].isRunning }), !active.isEmpty {
      let frames = active.map { renderer.render(arms[$0].world.scene) }
      if keepsFrames { for (i, frame) in zip(active, frames) { arms[i].frames.append(frame) } }
      let asking = zip(active, frames).filter { arms[$0.0].plan.isEmpty || ensembles }
      if !asking.isEmpty {
        let shown = asking.map { control == .blankImage ? blank($0.1) : $0.1 }
        let felt = asking.flatMap { arms[$0.0].world.scene.proprioception }
        let (text, mask) = policy.backbone.read(asking.map { ids[$0.0] })
        let seen = policy.backbone.see(Pixels.tensor(of: shown))
        let found = policy.backbone.ground(vision: seen, text: text, mask: mask)
        let feeling = Tensor(felt, shape: [asking.count, 4])
        let state = policy.state(found, proprioception: policy.usesProprioception ? feeling : nil)
        for (chunk, (arm, _)) in zip(policy.likeliestChunks(policy.head(state)), asking) {
          arms[arm].plan = ensembles ? [arms[arm].ensemble(chunk)] : Array(chunk.prefix(executed))
        }
      }
      for i in active {
        arms[i].step(try policy.statistics.robotAction(arms[i].plan.removeFirst()))
      }
    }
    return arms.map(\.episode)
  }

  private func blank(_ image: RGBImage) -> RGBImage {
    let pixel: [UInt8] = [226, 211, 184]  // the colour of the bare table
    let pixels = (0..<image.width * image.height).flatMap { _ in pixel }
    return RGBImage(width: image.width, height: image.height, pixels: pixels)
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
  var frames: [RGBImage] = []

  init(seed: UInt64, suite: Suite, control: ClosedLoop.Control) {
    self.seed = seed
    let (scene, task) = suite.makeEpisodeStart(seed: seed)
    let said = control == .otherInstruction ? suite.otherTask(than: task, in: scene) : task
    world = TabletopWorld(scene: scene, task: said, horizon: suite.horizon)
    original = TabletopWorld(scene: scene, task: task, horizon: suite.horizon)
  }

  var isRunning: Bool { world.outcome == .running }

  mutating func step(_ action: RobotAction) {
    world.step(action.values)
    original.step(action.values)
  }

  var episode: ClosedLoop.Episode {
    .init(
      seed: seed, instruction: world.task.instruction, outcome: world.outcome,
      achievedOriginal: original.outcome == .success, steps: world.stepCount, frames: frames)
  }
}
