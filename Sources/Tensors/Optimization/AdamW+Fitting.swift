/// The loop of supervised learning: draw a batch, compute its loss and gradient, take a step.
extension AdamW {
  /// Minimizes a mean loss over random batches.
  /// - Parameters:
  ///   - count: the number of examples.
  ///   - batchSize: the number of examples in a batch, drawn with replacement; `seed` fixes them.
  ///   - schedule: the learning rate of each step, and the number of steps.
  ///   - maximumNorm: of the gradient, as in ``step(learningRate:maximumNorm:)``.
  ///   - progress: called after each step with the number of steps done and the batch's loss.
  ///   - loss: the mean loss of the examples with the given indices; called on several threads.
  public func fit(
    _ count: Int, batchSize: Int, schedule: Schedule, maximumNorm: Float, seed: UInt64,
    progress: (Int, Float) -> Void, loss: (_ examples: [Int]) -> Tensor
  ) {
    var random = SeededRandom(seed: seed)
    for step in 0..<schedule.steps {
      let batch = (0..<batchSize).map { _ in random.integer(below: count) }
      let mean = backwardInShards(of: batchSize) { loss(Array(batch[$0])) }
      self.step(learningRate: schedule(step), maximumNorm: maximumNorm)
      progress(step + 1, mean)
    }
  }
}
