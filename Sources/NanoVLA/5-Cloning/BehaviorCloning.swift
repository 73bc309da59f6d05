import Tensors

/// Behavior cloning: supervised learning of the expert's actions.
///
/// The expert's actions are the targets, and the head's loss measures the distance from them. The
/// loss at initialization is known: with B bins of equal probability it is ln B. A first loss far
/// from that points to a bug, and so does a network that cannot overfit one small batch. The loss
/// is measured in the expert's states; how the policy acts in the states that its own errors lead
/// to (covariate shift) only a rollout shows (lesson 6).
///
/// - Letters: N examples in a batch, S state numbers.
/// - Reference: Pomerleau, "ALVINN" (1989); Ross et al., "DAgger" (2011), §2.
public final class BehaviorCloning {
  public let policy: VLA
  public let examples: CloningExamples
  public let schedule: Schedule
  public let batchSize: Int  // N
  /// The loss of each step so far, computed before its update.
  public package(set) var losses: [Float] = []
  package let optimizer: AdamW
  package var random: SeededRandom

  /// Trains the head of `policy`, not its backbone, on `steps` random batches, fixed by `seed`.
  /// - Parameters:
  ///   - peak: the highest learning rate, after the warmup; it decays along a cosine.
  ///   - weightDecay: regularization; the fewer the demonstrations, the more is needed.
  public init(
    _ policy: VLA, on examples: CloningExamples, steps: Int, peak: Float = 3e-3,
    batchSize: Int = 64, weightDecay: Float = 0.3, seed: UInt64 = 0
  ) {
    (self.policy, self.examples, self.batchSize) = (policy, examples, batchSize)
    schedule = Schedule(peak: peak, warmup: min(20, steps / 10), steps: steps)
    optimizer = AdamW(policy.head.parameters, weightDecay: weightDecay)
    random = SeededRandom(seed: seed)
  }

  public var stepsDone: Int { losses.count }
  public var isDone: Bool { stepsDone >= schedule.steps }

  /// One step on a random batch. Returns its mean loss, computed before the update.
  @discardableResult
  public func step() -> Float {
    step(on: (0..<batchSize).map { _ in random.integer(below: examples.count) })
  }

  /// One step on the examples at the indices `batch`.
  @discardableResult
  public func step(on batch: [Int]) -> Float {
    let loss = loss(on: batch)
    loss.backward()
    optimizer.step(learningRate: schedule(stepsDone), maximumNorm: 1)
    losses.append(loss.item)
    return loss.item
  }

  /// The loss of the policy's head on the examples at the indices `batch`.
  public func loss(on batch: [Int]) -> Tensor {
    policy.head.loss(
      examples.states.rows(at: batch),  // [all, S] → [N, S]
      examples.expert.rows(at: batch), using: &random)
  }
}
