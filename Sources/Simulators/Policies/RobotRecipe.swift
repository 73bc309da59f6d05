import Files
import NanoVLA
import Tensors

/// The settings of a policy that learns a robot's tasks end to end, backbone and head, from
/// demonstrations alone.
public struct RobotRecipe: Codable, Sendable, Equatable {
  /// The action head.
  public var head = ActionHeadKind(PartDescription(TokenHead.self, .init(bins: 32, hidden: 256)))
  /// K, the number of actions predicted at once.
  public var chunk = 8
  /// D of the backbone, its cross-attention blocks, its queries, and the channels of its fine map.
  public var width = 64, depth = 2, queries = 4, channels = 32
  /// Training steps, and the time steps in the batch of each.
  public var steps = 3000, batchSize = 64
  /// The peak learning rate, before cosine decay.
  public var learningRate: Float = 1e-3
  /// AdamW's weight decay.
  public var weightDecay: Float = 0.01
  /// Standard deviation of the noise on scaled proprioception: without it a policy repeats the
  /// demonstrations' motion by its own position and ignores the image.
  public var proprioceptionNoise: Float = 0.05
  /// The weight of the auxiliary loss on true positions; 0 for a policy that never learned from them. It
  /// is large: positions are scaled by their spread over all tasks, and a goal of one task that moves by
  /// a decimeter is a small part of it.
  public var positionWeight: Float = 3
  /// Fixes the first weights, the order of the examples and the noise.
  public var seed: UInt64 = 0
  /// The default settings.
  public init() {}

  /// Checks that every setting is within its limits.
  /// - Throws: ``RobotRecipeError``
  public func check() throws(RobotRecipeError) {
    try check("chunk", chunk, Limits.chunk)
    try check("width", width, Limits.width)
    try check("depth", depth, 1...64)
    try check("queries", queries, 1...64)
    try check("channels", channels, 2...Limits.width.upperBound)
    try check("steps", steps, Limits.trainingSteps)
    try check("batch size", batchSize, 1...4096)
    try check("learning rate", learningRate, 1e-9...1)
    try check("weight decay", weightDecay, 0...100)
    try check("noise of proprioception", proprioceptionNoise, 0...10)
    try check("weight of positions", positionWeight, 0...100)
  }

  private func check<Number: Comparable>(
    _ name: String, _ value: Number, _ range: ClosedRange<Number>
  ) throws(RobotRecipeError) {
    guard range.contains(value) else {
      throw .outOfRange(name, "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
    }
  }

  /// A cloning run on `dataset`, ready to train: `while !cloning.isDone { cloning.step() }`.
  /// - Throws: ``RobotRecipeError``, `ActionError`, `InstructionError` or `PolicyError`.
  public func cloning(on dataset: RobotDataset) throws -> RobotCloning {
    try check()
    var configuration = try PointingConfiguration(
      for: dataset, usesPositions: positionWeight > 0)
    (configuration.width, configuration.depth) = (width, depth)
    (configuration.queries, configuration.channels) = (queries, channels)
    if let error = configuration.validationError {
      throw RobotRecipeError.badBackbone(error.description)
    }
    let context = HeadContext(inputs: 1, chunk: chunk, space: dataset.space)
    if let error = head.validationError(in: context) {
      throw RobotRecipeError.badHead(error.description)
    }
    var random = SeededRandom(seed: seed)
    let backbone = PointingBackbone(configuration, using: &random)
    let policy = try VLA(
      backbone: backbone, space: dataset.space, statistics: try dataset.statistics(), head: head,
      chunk: chunk, usesProprioception: backbone.proprioceptionCount > 0, using: &random)
    let examples = try RobotExamples(dataset, for: policy, backbone)
    return RobotCloning(policy, backbone, on: examples, self)
  }
}

/// What can be wrong with a recipe, or with the dataset that it is given.
public enum RobotRecipeError: Error, Equatable, CustomStringConvertible {
  case badHead(String)
  case badBackbone(String)
  case noPositions(String)
  case outOfRange(String, String, expected: String)

  public var description: String {
    switch self {
    case .badHead(let reason): "head: \(oneLine(reason))"
    case .badBackbone(let reason): "backbone: \(oneLine(reason))"
    case .noPositions(let task):
      "an episode of \(brief(task)) has no true positions to learn from; set their weight to 0"
    case .outOfRange(let name, let value, let expected):
      "\(name) is \(value), but must be \(expected)"
    }
  }
}
