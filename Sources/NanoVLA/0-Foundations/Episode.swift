import Images

/// What happened from a reset of an ``Environment`` to the ending.
public struct Episode: Sendable {
  /// The name of its initial state.
  public let seed: UInt64
  /// What the policy was told to do.
  public let instruction: String
  /// How it ended, judged by that instruction.
  public let ending: Ending
  /// Whether the task that the initial state was made for is achieved
  /// (``Environment/achievedOriginalTask``).
  public let achievedOriginalTask: Bool
  /// T, the number of executed actions.
  public let steps: Int
  /// If recorded: T + 1 observations, one before each action and one after the last; else empty.
  public let observations: [Observation]
  /// If recorded: the T actions that the policy decided on, in robot units; else empty.
  public let actions: [RobotAction]

  /// The images of the recorded observations: T + 1, or none.
  public var frames: [RGBImage] { observations.map(\.image) }
}
