import Foundation
import NanoVLA
import Tabletop
import Tensors

/// From a recipe to a policy that is ready to be trained, one step after another.
///
/// Each step needs the result of the one before it: the statistics need the demonstrations, the
/// policy needs the statistics, and the examples need the policy's backbone.
extension CloningRecipe {
  /// A cloning run, ready to train: `while !cloning.isDone { cloning.step() }`.
  /// - Parameter progress: called with the number of demonstrations recorded so far.
  /// - Throws: ``CloningRecipeError``, `DatasetError`, ``ActionError``, ``InstructionError``,
  ///   ``PolicyError``, or what is wrong with the backbone's files.
  public func cloning(progress: (Int) -> Void = { _ in }) throws -> BehaviorCloning {
    try check()
    let backbone = try makeBackbone()
    let demonstrations = try demonstrations(for: backbone, progress: progress)
    let policy = try policy(on: backbone, for: demonstrations)
    return try cloning(policy, on: demonstrations)
  }

  /// The frozen backbone of the policy.
  public func makeBackbone() throws -> ToyVLM {
    try backbone.map { try ToyVLM(contentsOf: URL(fileURLWithPath: $0)) } ?? .bundled()
  }

  /// The expert's demonstrations. One recipe always gives the same ones.
  public func demonstrations(
    for backbone: ToyVLM, progress: (Int) -> Void = { _ in }
  ) throws -> [Demonstration] {
    let size = backbone.configuration.imageSize
    guard let data else {
      return try DemonstrationDataset.generate(
        suite: suite, count: demonstrationCount, noise: noise, flips: flips,
        imageSize: size, progress: progress
      ).demonstrations
    }
    let found = try DemonstrationDataset(contentsOf: URL(fileURLWithPath: data)).demonstrations
    guard found.count >= demonstrationCount else {
      throw CloningRecipeError.tooFew(data, found: found.count, wanted: demonstrationCount)
    }
    let frame = found[0].frames[0]
    guard frame.width == size else {
      throw PolicyError.imageSize(width: frame.width, height: frame.height, expected: size)
    }
    return Array(found.prefix(demonstrationCount))
  }

  /// A policy with an untrained head and the statistics of the demonstrations. FAST tokens are learned
  /// from them too.
  public func policy(on backbone: ToyVLM, for demonstrations: [Demonstration]) throws -> VLA {
    var random = SeededRandom(seed: seed)
    let statistics = try ActionStatistics(of: demonstrations)
    let head = try head.learningTokens(
      from: demonstrations, normalizedBy: statistics, chunk: chunk)
    return try VLA(
      backbone: backbone, statistics: statistics, head: head, chunk: chunk, history: history,
      using: &random)
  }

  /// The training run of `policy`; a ``TextHead`` is co-trained with captions.
  public func cloning(
    _ policy: VLA, on demonstrations: [Demonstration]
  ) throws -> BehaviorCloning {
    let examples = try CloningExamples(demonstrations, for: policy)
    if let head = policy.head as? TextHead { try head.coTrain(on: CaptionExamples(for: policy)) }
    return BehaviorCloning(
      policy, on: examples, steps: steps, peak: learningRate, weightDecay: weightDecay, seed: seed)
  }
}
