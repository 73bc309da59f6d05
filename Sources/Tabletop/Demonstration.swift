import Images

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
}

extension Float {
  /// The `Float` nearest to this number rounded to five decimals, as a dataset's file holds it. Zero
  /// has no sign.
  package var toFiveDecimals: Float { Float((Double(self) * 100_000).rounded() / 100_000) + 0 }
}
