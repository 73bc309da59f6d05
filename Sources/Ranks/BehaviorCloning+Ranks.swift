import NanoVLA
import Runs
import Tensors

/// Behavior cloning on several ranks: each computes the gradient of its share of every batch.
///
/// All ranks draw the same batch from the same random numbers, so R ranks see the examples that one
/// process sees, and the step is the same up to the rounding of the sums.
extension BehaviorCloning {
  /// One step on a random batch, as ``step()``, shared among `ranks`.
  /// - Returns: the mean loss of the whole batch, computed before the update.
  @discardableResult
  public func step(among ranks: any Communicator) -> Float {
    guard ranks.count > 1 else { return step() }
    let batch = (0..<batchSize).map { _ in random.integer(below: examples.count) }
    let loss = ranks.backward(through: optimizer.parameters) {
      let (loss, weight) = partialLoss(of: batch, ranks.share(of: batch.count), using: &random)
      return (loss, [], weight)
    }[0]
    optimizer.step(learningRate: schedule(stepsDone), maximumNorm: 1)
    losses.append(loss)
    return loss
  }

  /// Checks before the first step that the ranks can train together.
  /// - Throws: ``RankError`` if the ranks prepared different examples or weights, if there are more
  ///   ranks than examples in a batch, or if the parts of a batch do not add up to the whole for this
  ///   head.
  public func check(among ranks: any Communicator) throws {
    guard ranks.count > 1 else { return }
    guard ranks.count <= batchSize else {
      throw RankError(
        rank: nil,
        "\(ranks.count) ranks for batches of \(batchSize) examples: start at most \(batchSize)")
    }
    try ranks.checkSame(String(examples.fingerprint, radix: 16)) { _, _ in
      "its demonstrations are not those of rank 0: give it a copy of the same --data and --backbone"
    }
    try checkState(among: ranks)
    try checkParts(among: ranks)
  }

  /// Checks that all ranks have the same weights and random numbers.
  /// - Throws: ``RankError``
  public func checkState(among ranks: any Communicator) throws {
    try ranks.checkSameState(of: optimizer, random, after: "step \(stepsDone)")
  }

  /// Compares the loss of a batch with that of its parts, whose sum the ranks would minimize.
  private func checkParts(among ranks: any Communicator) throws {
    let batch = (0..<batchSize).map { $0 * examples.count / batchSize }
    var (whole, part) = (random, random)
    let (expected, found) = withoutGradient { () -> (Float, Float) in
      let expected = policy.head.loss(
        examples.states.rows(at: batch), examples.expert.rows(at: batch), using: &whole)
      let mine = partialLoss(of: batch, ranks.share(of: batch.count), using: &part)
      let sums = ranks.sum([mine.loss.item * mine.weight, mine.weight])
      return (expected.item, sums[0] / sums[1])
    }
    try ranks.together {
      guard whole.state == part.state, abs(found - expected) <= 1e-3 * max(1, abs(expected)) else {
        let kind = type(of: policy.head).kind
        throw RankError(
          rank: nil,
          "the parts of a batch have loss \(found), the whole batch \(expected): the \(kind) head must "
            + "conform to PartialLoss to train on several ranks")
      }
    }
  }

  /// The loss of the examples `batch[share]` of a batch, and its weight.
  private func partialLoss(
    of batch: [Int], _ share: Range<Int>, using random: inout SeededRandom
  ) -> (loss: Tensor, weight: Float) {
    let rows = Array(batch[share])
    return policy.head.partialLoss(
      examples.states.rows(at: rows),  // [all, S] → [n, S]
      examples.expert.rows(at: rows), part: share, of: batch.count, using: &random)
  }
}
