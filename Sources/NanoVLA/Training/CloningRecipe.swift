import Tabletop

/// How demonstrations are best recorded and learned from, which differs from suite to suite.
///
/// An arm that is shaken while the expert drives shows how mistakes are put right (the stored actions
/// are the expert's clean ones); with few demonstrations that costs more than it gives. Two-step tasks
/// need calm and patience.
public struct CloningRecipe: Sendable, Equatable {
  /// Standard deviation of the executed actions' noise, as a share of the largest step.
  public var noise: Float
  /// Probability that the executed gripper command is the opposite one.
  public var flips: Float
  /// Batches of 64 time steps.
  public var steps: Int
  public var learningRate: Float
  public var weightDecay: Float

  public init(for suite: Suite, demonstrations count: Int) {
    (noise, flips, steps, learningRate, weightDecay) =
      switch (suite, count) {
      case (.long, _): (0.05, 0, 5000, 2e-3, 0.01)
      case (_, ..<100): (0.05, 0, 1000, 3e-3, 0.3)
      default: (0.15, 0.02, 2000, 3e-3, 0.3)
      }
  }
}
