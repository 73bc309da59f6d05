import CKernels
import Dispatch

/// Splits 0 ..< `count` into one range per thread and runs `body` on all of them in parallel.
///
/// Splitting the batch is the simplest parallelism there is: each thread runs the whole network on
/// its own rows (its shard) and never waits for another. Everything that `body` calls stays on the
/// shard's one thread. Shards record gradients if the caller does, and never trace shapes.
/// - Parameter limit: how many of the `count` may be in work at once, on all threads together: then
///   there are more ranges than threads, and each thread runs several, one after another.
/// - Returns: the results in the order of the ranges; min(threads, `count`) of them, at least one, or
///   more because of `limit`.
public func inShards<Result>(
  of count: Int, ofAtMost limit: Int = .max, _ body: (Range<Int>) -> Result
) -> [Result] {
  let threads = thread_state().pointee.isShard ? 1 : max(1, min(Threads.count, count, limit))
  let most = max(1, limit / threads)
  let shards = max(threads, count / most + (count % most == 0 ? 0 : 1))
  let bounds = (0...shards).map { $0 * count / shards }
  guard shards > 1 else { return [body(0..<count)] }
  let shardState = ThreadState(
    gradientsDisabled: !isGradientEnabled, initializationDisabled: false, isShard: true,
    threadCount: 0, gradientSink: nil, shapeTrace: nil)
  var results = [Result?](repeating: nil, count: shards)
  results.withUnsafeMutableBufferPointer { slots in
    nonisolated(unsafe) let slots = slots
    nonisolated(unsafe) let body = body
    nonisolated(unsafe) let shardState = shardState
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      withThreadState(\.self, shardState) {
        for shard in stride(from: thread, to: shards, by: threads) {
          slots[shard] = body(bounds[shard]..<bounds[shard + 1])
        }
      }
    }
  }
  return results.map { $0! }
}

/// The backward pass of a batch's mean loss, in parallel; adds to the parameters' gradients.
///
/// Each thread computes the loss and the gradients of its own rows. Then the gradients are summed
/// in a fixed order, weighted by rows: mathematically one backward pass over the batch.
/// - Parameters:
///   - count: rows in the batch, at least 1.
///   - microBatch: the most rows in one graph; the results of a small graph stay in the cache.
///   - loss: the mean loss over a range of rows, a single number.
/// - Returns: the mean loss over the batch.
public func backwardInShards(
  of count: Int, microBatch: Int = .max, loss: (Range<Int>) -> Tensor
) -> Float {
  guard count > 0, microBatch > 0 else {
    fatalError("backward in shards: \(count) rows in micro-batches of \(microBatch)")
  }
  let shards = inShards(of: count) { rows -> (loss: Float, gradients: GradientSink) in
    let sink = GradientSink()
    var total: Float = 0
    sink.collecting {
      for start in stride(from: rows.lowerBound, to: rows.upperBound, by: min(microBatch, count)) {
        let part = start..<min(rows.upperBound, start + min(microBatch, count))
        let share = Float(part.count) / Float(count)
        let partLoss = loss(part)
        total += partLoss.item * share
        withoutGradient { partLoss.backward(scale: share) }
      }
    }
    return (total, sink)
  }
  withoutGradient {
    for key in shards.flatMap(\.gradients.order) {
      for shard in shards {
        guard let (parameter, sum) = shard.gradients.take(key) else { continue }
        parameter.gradient = parameter.gradient.map { $0 + sum } ?? sum
      }
    }
  }
  return shards.reduce(0) { $0 + $1.loss }
}
