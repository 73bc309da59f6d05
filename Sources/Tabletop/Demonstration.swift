import Images
import Tensors

/// One episode as the expert showed it: what was seen, felt and done at each of its T steps.
///
/// The arm executes noisy actions, but the expert's CLEAN ones are stored: so the pictures show
/// mistakes, and the actions show how to put them right (after DART, Laskey et al. 2017).
public struct Demonstration: Sendable, Equatable {
  public let suite: Suite
  public let instruction: String
  /// The seed of its layout: `suite.initialState(seed:)` gives its first scene.
  public let seed: UInt64
  /// T square pictures, each from before the action of the same index.
  public let frames: [RGBImage]
  /// T × 7 numbers: `[dx, dy, dz, roll, pitch, yaw, gripper]`, in world units per step.
  public let actions: [[Float]]
  /// T × 4 numbers: `[x, y, z, closed]`.
  public let proprioception: [[Float]]

  public init(
    suite: Suite, instruction: String, seed: UInt64, frames: [RGBImage], actions: [[Float]],
    proprioception: [[Float]]
  ) {
    guard frames.count == actions.count, actions.count == proprioception.count else {
      fatalError(
        "Demonstration: \(frames.count) frames, \(actions.count) actions and "
          + "\(proprioception.count) rows of proprioception are not as many")
    }
    (self.suite, self.instruction, self.seed) = (suite, instruction, seed)
    (self.frames, self.actions, self.proprioception) = (frames, actions, proprioception)
  }

  /// Lets the expert do episode `seed` of `suite`. Returns `nil` if it did not succeed in time.
  ///
  /// - Parameters:
  ///   - noise: standard deviation of what is added to the executed dx, dy and dz, as a share of the
  ///     largest step (0.1 means 0.02 along x and y, 0.03 along z).
  ///   - flips: probability that the executed gripper command is the opposite one.
  ///   - renderer: draws the frames, 64×64 unless told otherwise.
  public static func record(
    suite: Suite, seed: UInt64, noise: Float = 0.10, flips: Float = 0,
    renderer: Renderer = Renderer()
  ) -> Demonstration? {
    let start = suite.initialState(seed: seed)
    var world = TabletopWorld(start)
    // Another stream than the layout's, which begins at `seed` itself.
    var random = SeededRandom(seed: ~seed)
    // A third stream, so that the way round an obstacle depends on nothing that can be seen.
    var coin = SeededRandom(seed: seed ^ 0x51DE)
    let side = Side.allCases[coin.integer(below: Side.allCases.count)]
    var frames: [RGBImage] = []
    var actions: [[Float]] = []
    var proprioception: [[Float]] = []

    while world.outcome == .running {
      let action = Expert.action(for: world, side: side)
      frames.append(renderer.render(world.scene))
      actions.append(action.map(\.toFiveDecimals))
      proprioception.append(world.scene.proprioception.map(\.toFiveDecimals))

      var executed = action
      executed[0] += noise * Rules.maximumStep * random.normal()
      executed[1] += noise * Rules.maximumStep * random.normal()
      executed[2] += noise * Rules.maximumLift * random.normal()
      if random.uniform() < flips { executed[6] = -executed[6] }
      world.step(executed)
    }
    guard world.outcome == .success else { return nil }
    return Demonstration(
      suite: suite, instruction: start.task.instruction, seed: seed, frames: frames,
      actions: actions, proprioception: proprioception)
  }
}

extension Float {
  /// The `Float` nearest to this number's five-decimal rounding, as a data set's file holds it. Zero
  /// has no sign.
  var toFiveDecimals: Float { Float((Double(self) * 100_000).rounded() / 100_000) + 0 }
}
