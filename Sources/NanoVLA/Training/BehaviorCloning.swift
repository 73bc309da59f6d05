import Tensors

/// Behavior cloning: do what the expert did when it saw this.
///
/// Imitation as plain supervised learning: the expert's action is the right class, and the loss is
/// cross-entropy. An untrained head finds all B bins equally likely, so the first loss is ln B; a
/// first loss far from it is a bug, and so is a network that cannot learn one small batch by heart.
/// The loss is about the expert's states, though. What the policy does in the states that its own
/// mistakes lead to, only driving the arm will tell (lesson 6).
///
/// Letters: N examples in a batch, K steps in a chunk, A action dimensions, B bins.
///
/// Reference: Pomerleau, "ALVINN" (1989); Ross et al., "DAgger" (2011), section 2, on why errors
/// compound.
public final class BehaviorCloning {
  public let policy: VLA
  public let examples: CloningExamples
  public let schedule: Schedule
  public let batchSize: Int
  public private(set) var stepsDone = 0
  private let optimizer: AdamW
  private var random: SeededRandom

  /// - Parameters:
  ///   - policy: whose head is trained; its backbone stays as it is.
  ///   - steps: batches to learn from.
  ///   - peak: the highest learning rate; it falls along a cosine.
  ///   - weightDecay: how strongly weights are pulled to 0. With few demonstrations, strongly.
  ///   - seed: of the order in which examples come.
  public init(
    _ policy: VLA, on examples: CloningExamples, steps: Int, peak: Float = 3e-3,
    batchSize: Int = 64, weightDecay: Float = 0.3, seed: UInt64 = 0
  ) {
    (self.policy, self.examples, self.batchSize) = (policy, examples, batchSize)
    schedule = Schedule(peak: peak, warmup: min(20, steps / 10), steps: steps)
    optimizer = AdamW(policy.head.parameters, weightDecay: weightDecay)
    random = SeededRandom(seed: seed)
  }

  /// One step on a random batch. Returns its mean loss, before the step.
  @discardableResult
  public func step() -> Float {
    step(on: (0..<batchSize).map { _ in random.integer(below: examples.count) })
  }

  /// One step on the examples numbered `batch`.
  @discardableResult
  public func step(on batch: [Int]) -> Float {
    let loss = loss(on: batch)
    loss.backward()
    optimizer.step(learningRate: schedule(stepsDone), maximumNorm: 1)
    stepsDone += 1
    return loss.item
  }

  /// How surprised the policy is by what the expert did: the mean cross-entropy over K·A numbers.
  public func loss(on batch: [Int]) -> Tensor {
    let size = policy.head.chunk * policy.head.dimensions
    let logits = policy.head(examples.states.rows(at: batch))  // [N, S] → [N, K, A, B]
      .reshaped([batch.count * size, policy.head.bins])  // [N, K, A, B] → [N·K·A, B]
    let places = batch.flatMap { $0 * size..<($0 + 1) * size }
    return crossEntropy(
      logits, targets: places.map { examples.classes[$0] },
      weights: places.map { examples.weights[$0] }  // [N·K·A, B] → one number
    ).traced("loss", "mean surprise at the expert's bins")
  }
}
