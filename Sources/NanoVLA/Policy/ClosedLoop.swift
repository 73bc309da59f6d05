import Images
import Tabletop
import Tensors

/// Closed-loop evaluation: let the policy drive the arm, and count how often it gets there.
///
/// A low loss says that the policy would have done what the expert did, where the expert was. In the
/// closed loop each action changes what is seen next, and small errors lead to places no
/// demonstration shows. Success on layouts that no demonstration used is the number to trust.
///
/// All episodes run in step, so that the network sees a batch: N episodes, half of them on each
/// thread. A chunk of K actions is predicted, its first `executed` are carried out blindly, then the
/// policy looks again. With `ensembles` it looks at every step and averages what it said before.
///
/// Reference: Liu et al., "LIBERO" (2023), section 4 (the protocol); Zhao et al., "ACT" (2023).
public struct ClosedLoop: Sendable {
  /// What is changed to see whether it matters.
  public enum Control: Sendable {
    case none
    /// The camera shows one flat colour.
    case blankImage
    /// The instruction names another object of the same scene.
    case otherInstruction
  }

  public struct Episode: Sendable {
    public let seed: UInt64
    public let instruction: String
    /// Judged by the instruction that the policy was given.
    public let outcome: Outcome
    /// With ``Control/otherInstruction``: whether what the scene was made for happened all the same.
    public let achievedOriginal: Bool
    public let steps: Int
    /// What the camera saw, if frames were kept.
    public let frames: [RGBImage]
  }

  public var suite: Suite
  /// How many actions of each chunk are carried out before the policy looks again.
  public var executed: Int
  public var ensembles: Bool
  public var control: Control
  public var keepsFrames: Bool

  public init(
    suite: Suite = .object, executed: Int, ensembles: Bool = false, control: Control = .none,
    keepsFrames: Bool = false
  ) {
    (self.suite, self.executed, self.ensembles) = (suite, executed, ensembles)
    (self.control, self.keepsFrames) = (control, keepsFrames)
  }

  /// One episode for each of `seeds`, in their order.
  /// - Throws: ``InstructionError`` if the policy's backbone does not know the suite's words.
  public func callAsFunction(_ policy: VLA, seeds: Range<UInt64>) throws -> [Episode] {
    guard 1...policy.head.chunk ~= executed else {
      fatalError("closed loop: \(executed) actions of a chunk of \(policy.head.chunk)")
    }
    let seeds = Array(seeds)
    return try inShards(of: seeds.count) { part in
      withoutGradient { Result { try drive(policy, seeds: Array(seeds[part])) } }
    }.flatMap { try $0.get() }
  }
}

// MARK: - One thread's episodes

extension ClosedLoop {
  private func drive(_ policy: VLA, seeds: [UInt64]) throws -> [Episode] {
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

extension SuccessRate {
  /// How many of `episodes` ended in success.
  public init(_ episodes: [ClosedLoop.Episode]) {
    self.init(episodes.map { $0.outcome == .success })
  }
}
