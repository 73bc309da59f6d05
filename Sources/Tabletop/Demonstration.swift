import Images
import Tensors

/// One episode of the expert: the image, the robot's own state and the action of each of its T steps.
///
/// Noise is added to the executed actions, but the expert's CLEAN actions are stored: the images show
/// states off the expert's path, and the actions show how to return. This reduces covariate shift
/// (DART: Laskey et al., "Noise Injection for Robust Imitation Learning", 2017).
public struct Demonstration: Sendable, Equatable {
  /// The family of tasks that the episode belongs to.
  public let suite: Suite
  /// The task in words.
  public let instruction: String
  /// The seed of its layout: `suite.initialState(seed:)` gives its first scene.
  public let seed: UInt64
  /// T square images, each from before the action of the same index.
  public let frames: [RGBImage]
  /// T × 7 numbers: `[dx, dy, dz, roll, pitch, yaw, gripper]`, in world units per step.
  public let actions: [[Float]]
  /// T × 4 numbers: `[x, y, z, closed]`, in world units; closed is 0 or 1.
  public let proprioception: [[Float]]

  /// A demonstration with as many frames as actions and rows of proprioception.
  public init(
    suite: Suite, instruction: String, seed: UInt64, frames: [RGBImage], actions: [[Float]],
    proprioception: [[Float]]
  ) {
    guard frames.count == actions.count, actions.count == proprioception.count else {
      fatalError(
        "Demonstration: \(frames.count) frames, \(actions.count) actions and "
          + "\(proprioception.count) rows of proprioception; the counts must be equal")
    }
    (self.suite, self.instruction, self.seed) = (suite, instruction, seed)
    (self.frames, self.actions, self.proprioception) = (frames, actions, proprioception)
  }

  /// Records the expert in episode `seed` of `suite`: the same demonstration each time.
  ///
  /// - Parameters:
  ///   - noise: standard deviation of the noise on the executed dx, dy and dz, as a fraction of the
  ///     largest step (0.1 means 0.02 world units along x and y, 0.03 along z).
  ///   - flips: probability that the executed gripper command is the opposite one.
  ///   - renderer: draws the frames.
  /// - Returns: `nil` if the expert does not succeed within the horizon.
  public static func record(
    suite: Suite, seed: UInt64, noise: Float = 0.10, flips: Float = 0,
    renderer: Renderer = Renderer()
  ) -> Demonstration? {
    var world = TabletopWorld(suite.initialState(seed: seed))
    // Three independent streams of random numbers: the layout's begins at `seed` itself, the noise's
    // and the side's elsewhere, so that the way around an obstacle depends on nothing observable.
    var random = SeededRandom(seed: ~seed)
    var coin = SeededRandom(seed: seed ^ 0x51DE)
    let side = Side.allCases[coin.integer(below: Side.allCases.count)]
    var frames: [RGBImage] = []
    var actions: [[Float]] = []
    var proprioception: [[Float]] = []

    while world.outcome == .running {
      let action = Expert.action(for: world, side: side)
      frames.append(renderer.render(world.scene))
      actions.append(action.map(\.toFiveDecimals))
      proprioception.append(world.proprioception.map(\.toFiveDecimals))

      var executed = action
      executed[0] += noise * Rules.maximumStep * random.normal()
      executed[1] += noise * Rules.maximumStep * random.normal()
      executed[2] += noise * Rules.maximumLift * random.normal()
      if random.uniform() < flips { executed[6] = -executed[6] }
      world.step(executed)
    }
    guard world.outcome == .success else { return nil }
    return Demonstration(
      suite: suite, instruction: world.instruction, seed: seed, frames: frames,
      actions: actions, proprioception: proprioception)
  }
}

extension Float {
  /// The `Float` nearest to this number rounded to five decimals, as a dataset's file holds it. Zero
  /// has no sign.
  var toFiveDecimals: Float { Float((Double(self) * 100_000).rounded() / 100_000) + 0 }
}
