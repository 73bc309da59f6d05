import NanoVLA
import Tensors

/// Behavior cloning end to end: the backbone learns together with the head.
///
///     loss = head's loss(state, expert's chunk) + weight · mean |predicted − true positions|
///
/// - Letters: N examples in a batch, S state numbers, L true positions.
/// - Reference: Levine et al., "End-to-End Training of Deep Visuomotor Policies" (2016).
public final class RobotCloning {
  public let policy: VLA
  public let backbone: PointingBackbone
  public let examples: RobotExamples
  public let recipe: RobotRecipe
  public let schedule: Schedule
  /// The loss of each step so far, computed before its update.
  public internal(set) var losses: [Float] = []
  package let optimizer: AdamW
  package internal(set) var random: SeededRandom
  /// A hash of the examples; only a checkpoint and several ranks need it.
  package private(set) lazy var fingerprint = examples.fingerprint
  /// The most examples in one graph: its results stay in the cache.
  package static let microBatch = 8

  init(
    _ policy: VLA, _ backbone: PointingBackbone, on examples: RobotExamples, _ recipe: RobotRecipe
  ) {
    (self.policy, self.backbone, self.examples, self.recipe) = (policy, backbone, examples, recipe)
    schedule = Schedule(
      peak: recipe.learningRate, warmup: min(100, recipe.steps / 10), steps: recipe.steps,
      floor: 0.02)
    policy.freeze(false)
    optimizer = AdamW(policy.parameters, weightDecay: recipe.weightDecay)
    random = SeededRandom(seed: recipe.seed)
  }

  public var stepsDone: Int { losses.count }
  public var isDone: Bool { stepsDone >= schedule.steps }

  /// One step on a random batch. Returns its mean loss, computed before the update.
  @discardableResult
  public func step() -> Float {
    let batch = draw()
    let mean = backward(batch, 0..<recipe.batchSize)
    update(mean)
    return mean
  }

  /// What is random in a step.
  package struct Batch {
    let examples: [Int]
    let noise: [[Float]]
    let seed: UInt64
  }

  package func draw() -> Batch {
    let drawn = (0..<recipe.batchSize).map { _ in random.integer(below: examples.count) }
    let noise = drawn.map { _ in
      (0..<backbone.proprioceptionCount).map { _ in recipe.proprioceptionNoise * random.normal() }
    }
    return Batch(examples: drawn, noise: noise, seed: random.next())
  }

  /// Adds the gradient of the mean loss of some `rows` of a batch. Returns that mean.
  package func backward(_ batch: Batch, _ rows: Range<Int>) -> Float {
    backwardInShards(of: rows.count, microBatch: Self.microBatch) { part in
      let part = rows.lowerBound + part.lowerBound..<rows.lowerBound + part.upperBound
      var draws = SeededRandom(seed: batch.seed ^ UInt64(part.lowerBound))
      return loss(
        on: Array(batch.examples[part]), noise: Array(batch.noise[part]), using: &draws)
    }
  }

  /// Updates the weights with the gradient of a batch, whose loss was `mean`.
  package func update(_ mean: Float) {
    optimizer.step(learningRate: schedule(stepsDone), maximumNorm: 1)
    losses.append(mean)
  }

  /// The mean loss on the examples at `batch`, with `noise` added to their scaled proprioception.
  func loss(on batch: [Int], noise: [[Float]], using random: inout SeededRandom) -> Tensor {
    let perception: PointingBackbone.Perception
    do {
      perception = backbone.perceive(
        PointingBackbone.pixels(of: batch.map { examples.images[$0] }),  // → [N, H, W, 3]
        try backbone.words(of: batch.map { examples.instructions[$0] }))
    } catch { fatalError("RobotCloning: an instruction that was encoded before: \(error)") }
    let proprioception = zip(batch, noise).map { index, noise in
      zip(examples.proprioception[index], noise).map { $0 + $1 }
    }
    let state = backbone.state(  // → [N, S]
      perception, proprioception: policy.usesProprioception ? proprioception : nil)
    let imitation = policy.head.loss(state, examples.expert.rows(at: batch), using: &random)
    guard let predicted = perception.positions else { return imitation }
    let truth = Tensor(batch.flatMap { examples.positions[$0] }, shape: predicted.shape)  // [N, L]
    return imitation + (predicted - truth).abs().mean() * recipe.positionWeight
  }
}
