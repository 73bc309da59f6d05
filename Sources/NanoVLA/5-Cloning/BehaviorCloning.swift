import Tensors

/// Behavior cloning: do what the expert did when it saw this.
///
/// Imitation as plain supervised learning: the expert's actions are the right answers, and the head
/// says how far it is from them. What an untrained head will say is known: choosing among B bins, it
/// finds all of them equally likely, and its first loss is ln B. A first loss far from that is a bug,
/// and so is a network that cannot learn one small batch by heart. The loss is about the expert's
/// states, though. What the policy does in the states that its own mistakes lead to, only driving
/// the arm will tell (lesson 6).
///
/// Letters: N examples in a batch, S numbers of a state.
///
/// Reference: Pomerleau, "ALVINN" (1989); Ross et al., "DAgger" (2011), section 2, on why errors
/// compound.
public final class BehaviorCloning {
  public let policy: VLA
  public let examples: CloningExamples
  public let schedule: Schedule
  public let batchSize: Int
  /// The loss of each step so far, before it.
  public package(set) var losses: [Float] = []
  package let optimizer: AdamW
  package var random: SeededRandom

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

  public var stepsDone: Int { losses.count }
  public var isDone: Bool { stepsDone >= schedule.steps }

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
    losses.append(loss.item)
    return loss.item
  }

  /// How far the policy is from what the expert did, as its head measures it.
  public func loss(on batch: [Int]) -> Tensor {
    policy.head.loss(
      examples.states.rows(at: batch),  // [all, S] → [N, S]
      examples.expert.rows(at: batch), using: &random)
  }
}
