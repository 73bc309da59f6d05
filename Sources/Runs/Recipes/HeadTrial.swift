import NanoVLA
import Tabletop
import Tensors

/// A head trained on a frozen backbone, and its loss on the way: for comparing heads on the same
/// demonstrations, with everything else equal.
public struct HeadTrial {
  public let policy: VLA
  private let examples: CloningExamples
  /// The loss on all examples before the first step, and what it should be.
  public let firstLoss: Float
  public var expectedLoss: Float { policy.head.expectedInitialLoss(examples.expert) }
  /// The error that training cannot remove (``ActionHead/quantizationError(on:)``).
  public var quantizationError: Float { policy.head.quantizationError(on: examples.expert) }
  /// The loss on all examples and on those of other demonstrations (y), as parts of the first loss,
  /// after a number of steps (x).
  public var losses: [(name: String, points: [(x: Double, y: Double)])] {
    [("training", training), ("held out", heldOut)]
  }
  private var training: [(x: Double, y: Double)] = []
  private var heldOut: [(x: Double, y: Double)] = []

  /// Clones `demonstrations` as ``BehaviorCloning`` does.
  /// - Parameters:
  ///   - heldOut: demonstrations to measure the loss on.
  ///   - points: how often the losses are measured, besides before the first step; 0 for never.
  ///   - chunk: K, the actions predicted at once.
  ///   - progress: called after each step with the number of steps done.
  /// - Throws: an error of demonstrations that do not fit the policy.
  public init(
    _ kind: ActionHeadKind, on backbone: some Backbone, _ demonstrations: [Demonstration],
    heldOut: [Demonstration] = [], points: Int = 0, chunk: Int = 2, steps: Int, weightDecay: Float,
    seed: UInt64, progress: (Int) -> Void
  ) throws {
    var random = SeededRandom(seed: seed)
    policy = try VLA(
      backbone: backbone, statistics: ActionStatistics(of: demonstrations), head: kind,
      chunk: chunk, using: &random)
    examples = try CloningExamples(demonstrations, for: policy)
    if let head = policy.head as? TextHead { try head.coTrain(on: CaptionExamples(for: policy)) }
    let cloning = BehaviorCloning(
      policy, on: examples, steps: steps, weightDecay: weightDecay, seed: seed)
    firstLoss = withoutGradient { cloning.loss(on: Array(0..<cloning.examples.count)).item }
    let other = points > 0 ? try CloningExamples(heldOut, for: policy) : nil
    let interval = max(1, steps / max(points, 1))
    for step in 0...steps {
      if step > 0 {
        cloning.step()
        progress(step)
      }
      guard let other, step % interval == 0 else { continue }
      training.append((Double(step), Double(loss(on: examples) / firstLoss)))
      self.heldOut.append((Double(step), Double(loss(on: other) / firstLoss)))
    }
  }

  /// Episodes on held-out layouts.
  /// - Parameter horizon: how many actions of each chunk are executed; all of them by default.
  /// - Throws: an error of a policy that does not fit `world`.
  public func episodes(
    _ count: Int, in world: TabletopEnvironment, horizon: Int? = nil
  ) throws -> [Episode] {
    let loop = ClosedLoop(
      in: world, executionHorizon: horizon ?? policy.head.chunk, keepsRecord: true)
    return try loop(policy, seeds: Suite.heldOutSeeds(count))
  }

  /// What a head that writes text does with images that nobody trained on: the part of its captions
  /// that are right, and what it writes for the first image as an action and as a caption. nil for
  /// another head.
  /// - Throws: ``InstructionError`` if the backbone cannot read a caption's question.
  public func writing() throws -> (accuracy: Double, action: String, caption: String)? {
    guard let head = policy.head as? TextHead else { return nil }
    let images = try CaptionExamples(for: policy, firstSeed: CaptionExamples.firstHeldOutSeed)
    let state = images.states.rows(at: [0])  // [N, S] → [1, S]
    var random = SeededRandom(seed: 0)
    return (
      images.accuracy(of: head), head.actionStrings(for: state, using: &random)[0],
      head.captions(for: state)[0]
    )
  }

  /// With the same noise each time, for a head that learns from noise, and none of the training's.
  private func loss(on examples: CloningExamples) -> Float {
    var random = SeededRandom(seed: 0)
    return withoutGradient {
      policy.head.loss(examples.states, examples.expert, using: &random).item
    }
  }
}
