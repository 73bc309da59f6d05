import Files
import NanoVLA
import Tabletop

/// All that a policy cloned in the toy world depends on: the demonstrations, the head, the training.
///
/// An arm that is shaken while the expert drives shows how mistakes are put right (the stored actions
/// are the expert's clean ones); shaken more than a little, it shows little else. Few demonstrations
/// are soon known by heart, so weights are pulled to 0 the more strongly; two-step tasks need patience.
public struct CloningRecipe: Codable, Sendable, Equatable {
  public var suite: Suite
  public var demonstrationCount: Int
  /// The folder of a ``DemonstrationDataset`` to take them from; nil: they are recorded.
  public var data: String?
  /// Standard deviation of the executed actions' noise, as a share of the largest step.
  public var noise: Float
  /// Probability that the executed gripper command is the opposite one.
  public var flips: Float

  /// The folder of the ``ToyVLM`` to stand on; nil: the bundled one.
  public var backbone: String?
  public var head = ActionHeadKind.tokens(bins: 32)
  /// K, steps predicted at once.
  public var chunk = 2
  /// H, observations in the head's window.
  public var history = 1

  /// Batches of 64 time steps.
  public var steps: Int
  /// The highest one; it falls along a cosine.
  public var learningRate: Float
  public var weightDecay: Float
  /// Of the head's first weights and of the order in which examples come.
  public var seed: UInt64 = 0

  /// The settings that clone `suite` best from so many demonstrations.
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

  /// Refuses settings that no training can have.
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
