import CKernels
import COpenBLAS
import Foundation

/// How many threads share the work. A result is the same bit for bit for one seed and thread count.
public enum Threads {
  /// The processors of this machine, or the environment's `NANOVLA_THREADS`.
  nonisolated(unsafe) public static var count: Int = {
    let wanted = ProcessInfo.processInfo.environment["NANOVLA_THREADS"].flatMap { Int($0) }
    return max(1, min(64, wanted ?? ProcessInfo.processInfo.activeProcessorCount))
  }()
}

/// Cuts 0 ..< `count` into one range a thread and runs `body` on all of them at once; results come
/// back in order.
///
/// Splitting the batch is the simplest parallelism there is: each thread runs the whole network on
/// its own rows, with no waiting inside. Within a shard everything else stays on its one thread.
public func inShards<Result>(of count: Int, _ body: (Range<Int>) -> Result) -> [Result] {
  let shards = kernel_thread_state().pointee.isShard ? 1 : max(1, min(Threads.count, count))
  let bounds = (0...shards).map { $0 * count / shards }
  guard shards > 1 else { return [body(0..<count)] }
  let callerGradientsOff = kernel_thread_state().pointee.gradientsOff
  var results = [Result?](repeating: nil, count: shards)
  results.withUnsafeMutableBufferPointer { slots in
    nonisolated(unsafe) let slots = slots
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: shards) { shard in
      let state = kernel_thread_state()!
      let before = state.pointee
      state.pointee = ThreadState(
        gradientsOff: callerGradientsOff, numbersOff: false, isShard: true, gradientSink: nil,
        trace: nil)
      defer { state.pointee = before }
      slots[shard] = body(bounds[shard]..<bounds[shard + 1])
    }
  }
  return results.map { $0! }
}

/// One backward pass over a batch that all threads share; returns the batch's mean loss.
///
/// Each thread computes the mean loss and the gradients of its own rows; then the gradients are
/// summed in a fixed order, weighted by rows, so the outcome is that of one pass over the batch.
/// - Parameters:
///   - count: rows in the batch.
///   - microBatch: at most this many rows in one graph; smaller graphs stay in the cache.
///   - loss: the mean loss over a range of rows.
public func backwardInShards(
  of count: Int, microBatch: Int = .max, loss: (Range<Int>) -> Tensor
) -> Float {
  guard count > 0, microBatch > 0 else {
    fatalError("backward in shards: \(count) rows in micro-batches of \(microBatch)")
  }
  let shards = inShards(of: count) { rows -> (loss: Float, gradients: GradientSink) in
    let sink = GradientSink()
    let state = kernel_thread_state()!
    let before = state.pointee.gradientSink
    state.pointee.gradientSink = Unmanaged.passUnretained(sink).toOpaque()
    defer { state.pointee.gradientSink = before }
    var total: Float = 0
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: min(microBatch, count)) {
      let part = start..<min(rows.upperBound, start + min(microBatch, count))
      let share = Float(part.count) / Float(count)
      let partLoss = loss(part)
      total += partLoss.item * share
      withoutGradient { partLoss.backward(scale: share) }
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

/// Cuts 0 ..< `count` into one range a thread for work of some microseconds, which starts at once:
/// the threads of this crew stay awake from one product to the next. The cut depends on the thread
/// count alone, not on who comes first, and so do the sums.
func inPieces(of count: Int, _ body: (Range<Int>) -> Void) {
  let pieces = kernel_thread_state().pointee.isShard ? 1 : max(1, min(Threads.count, count))
  guard pieces > 1 else { return body(0..<count) }
  withoutActuallyEscaping({ body($0 * count / pieces..<($0 + 1) * count / pieces) }) { piece in
    withUnsafePointer(to: piece) { context in
      crew_share(
        pieces, Threads.count,
        { context, piece in
          context!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(piece)
        }, context)
    }
  }
}

/// OpenBLAS on one thread a call: many small products gain nothing from more, and the order of its
/// sums is then fixed. Large products are cut in `MatrixProduct.swift`.
let openBLASOnOneThread: Void = openblas_set_num_threads(1)
