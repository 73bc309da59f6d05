import Files
import NanoVLA
import Tabletop

/// The settings of a policy cloned in the toy world: demonstrations, head and training.
///
/// A little noise on the executed actions lets demonstrations show how to correct errors (the stored
/// actions are the expert's clean ones); more noise makes them show little else. With few
/// demonstrations the head overfits, so weight decay is stronger. Two-step tasks need more steps.
public struct CloningRecipe: Codable, Sendable, Equatable {
  /// The family of tasks.
  public var suite: Suite
  /// The number of demonstrations.
  public var demonstrationCount: Int
  /// The folder of a ``DemonstrationDataset`` to read; nil records new demonstrations.
  public var data: String?
  /// Standard deviation of the executed actions' noise, as a fraction of the largest step.
  public var noise: Float
  /// Probability that the executed gripper command is the opposite one.
  public var flips: Float

  /// The folder of the ``ToyVLM`` to use as the backbone; nil for the bundled one.
  public var backbone: String?
  /// The action head.
  public var head = ActionHeadKind.tokens(bins: 32)
  /// K, the number of actions predicted at once.
  public var chunk = 2
  /// H, the number of observations in the history.
  public var history = 1

  /// Training steps, each on a batch of 64 time steps.
  public var steps: Int
  /// The peak learning rate, before cosine decay.
  public var learningRate: Float
  /// AdamW's weight decay.
  public var weightDecay: Float
  /// Fixes the head's initial weights and the order of the examples.
  public var seed: UInt64 = 0

  /// The recommended settings for `suite` and this number of demonstrations.
  public init(for suite: Suite, demonstrations count: Int, seed: UInt64 = 0) {
    (self.suite, demonstrationCount, self.seed) = (suite, count, seed)
    (noise, flips, learningRate) = (0.05, 0, 3e-3)
    (steps, weightDecay) =
      switch (suite, count) {
      case (_, ..<100): (1000, 0.3)
      case (.long, _): (10_000, 0.01)
      default: (4000, 0.1)
      }
  }

  /// Checks that every setting is within its limits.
  /// - Throws: ``CloningRecipeError/outOfRange(_:_:expected:)`` for the first that is not.
  public func check() throws(CloningRecipeError) {
    try check("demonstrations", demonstrationCount, 1...100_000)
    try check("noise", noise, 0...10)
    try check("flips", flips, 0...1)
    try check("chunk", chunk, Limits.chunk)
    try check("history", history, Limits.history)
    try check("steps", steps, Limits.trainingSteps)
    if let error = head.validationError(
      in: HeadContext(inputs: 1, chunk: chunk, space: .tabletop))
    {
      throw .badHead(error.description)
    }
    try check("learning rate", learningRate, 1e-9...1)
    try check("weight decay", weightDecay, 0...100)
  }

  private func check<Number: Comparable>(
    _ name: String, _ value: Number, _ range: ClosedRange<Number>
  ) throws(CloningRecipeError) {
    guard range.contains(value) else {
      throw .outOfRange(name, "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
    }
  }
}

/// What can be wrong with a recipe.
public enum CloningRecipeError: Error, Equatable, CustomStringConvertible {
  case badHead(String)
  case outOfRange(String, String, expected: String)
  case tooFew(String, found: Int, wanted: Int)

  public var description: String {
    switch self {
    case .badHead(let reason): return "head: \(reason)"
    case .outOfRange(let name, let value, let expected):
      return "\(name) is \(value), but must be \(expected)"
    case .tooFew(let folder, let found, let wanted):
      return "\(folder) holds \(found) demonstrations, not \(wanted): ask for fewer"
    }
  }
}
