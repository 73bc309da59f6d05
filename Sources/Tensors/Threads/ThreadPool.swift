import CKernels

/// Splits 0 ..< `count` into one range per thread and runs `body` on all of them in parallel.
///
/// For work of some microseconds, such as one matrix product: the threads of the pool (see
/// `CKernels/thread_pool.c`) spin between products, so that it starts at once. The split depends on
/// the thread count alone. On a shard's thread, `body` runs on the whole range.
func inPieces(of count: Int, _ body: (Range<Int>) -> Void) {
  let pieces = thread_state().pointee.isShard ? 1 : max(1, min(Threads.current, count))
  guard pieces > 1 else { return body(0..<count) }
  withoutActuallyEscaping({ body($0 * count / pieces..<($0 + 1) * count / pieces) }) { piece in
    withUnsafePointer(to: piece) { context in
      thread_pool_run(
        pieces, Threads.current,
        { context, piece in
          context!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(piece)
        }, context)
    }
  }
}
