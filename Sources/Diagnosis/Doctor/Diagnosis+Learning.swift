import NanoVLA
import Tabletop
import Tensors

/// The rungs of learning: can a head like the policy's learn from these demonstrations at all?
extension Diagnosis {
  /// Larger heads, which are parts of a language model, are not trained here.
  private var isSmall: Bool { policy.head.parameterCount <= 5_000_000 }

  /// The loss of an untrained head is known before any training.
  func firstLoss() throws -> Finding {
    guard isSmall else { return .passes("not for this head") }
    let (head, states, expert) = try examples(256)
    var random = SeededRandom(seed: 1)
    let loss = withoutGradient { head.loss(states, expert, using: &random).item }
    let theory = head.expectedInitialLoss(expert)
    let found = "\(rounded(Double(loss))), theory says \(rounded(Double(theory)))"
    guard abs(loss - theory) <= 0.2 * abs(theory) + 0.02 else {
      return .fault(.wrongLoss, found, evidence: "an untrained head has another loss than theory")
    }
    return .passes(found)
  }

  /// A head that cannot learn 16 examples by heart cannot learn a task.
  func byHeart() throws -> Finding {
    guard isSmall else { return .passes("not for this head") }
    let (head, states, expert) = try examples(16)
    let optimizer = AdamW(head.parameters, weightDecay: 0)
    var random = SeededRandom(seed: 2)
    func steps(_ count: Int) -> Float {
      var sum: Float = 0
      for _ in 0..<count {
        let loss = head.loss(states, expert, using: &random)
        loss.backward()
        optimizer.step(learningRate: 3e-3, maximumNorm: 1)
        sum += loss.item
      }
      return sum / Float(count)
    }
    let first = withoutGradient { head.loss(states, expert, using: &random).item }
    _ = steps(280)
    let last = steps(20)
    let found = "loss \(rounded(Double(first))) → \(rounded(Double(last))) in 300 steps"
    guard last < 0.55 * first else {
      let rows = Set(StateProbes.rows(states))
      return rows.count < states.dim(0) / 2
        ? .fault(.wrongState, found, evidence: "different frames have the same state")
        : .fault(.cannotLearn, found, evidence: "16 examples cannot be learned by heart")
    }
    return .passes(found)
  }

  /// An untrained head of the policy's kind, and the states and chunks of about `count` frames.
  private func examples(
    _ count: Int
  ) throws -> (head: any ActionHead, states: Tensor, expert: ActionChunks) {
    let frames = Frames(demonstrations, for: policy, count: count)
    let (A, K) = (policy.space.count, policy.head.chunk)
    var (actions, weights): ([Float], [Float]) = ([], [])
    for chunk in frames.expert {
      let normalized = try chunk.map { try policy.statistics.normalized($0).values }
      for k in 0..<K {
        actions += normalized[min(k, normalized.count - 1)]
        weights.append(k < normalized.count ? 1 : 0)
      }
    }
    let expert = ActionChunks(
      actions: Tensor(actions, shape: [frames.count, K, A]),
      weights: Tensor(weights, shape: [frames.count, K, 1]))
    return (untrainedHead(), try frames.states(policy).detached(), expert)
  }

  private func untrainedHead() -> any ActionHead {
    let width = policy.backbone.stateWidth(usesProprioception: policy.usesProprioception)
    let place = HeadContext(
      inputs: policy.history * width, chunk: policy.head.chunk, space: policy.space,
      backbone: policy.backbone)
    func make<Head: ActionHead>(_ head: Head) -> any ActionHead {
      var random = SeededRandom(seed: 3)
      return Head(head.configuration, for: place, using: &random)
    }
    return make(policy.head)
  }
}
