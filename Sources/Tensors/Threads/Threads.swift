import CKernels
import COpenBLAS
import Foundation

/// How many threads the engine uses, and what is reproducible.
///
/// A program gives bit-identical results in each run with one seed, one thread count and one
/// processor kernel:
/// - Seed: all random numbers come from ``SeededRandom``.
/// - Thread count: work is split into ``count`` parts whose partial sums are added in a fixed
///   order. Another count splits, and so rounds, differently.
/// - Processor kernel: OpenBLAS chooses its matrix product by the processor (Haswell, SkylakeX,
///   Zen, …), and each kernel adds in an order of its own. The engine's C loops exist in three
///   widths of vector registers. `OPENBLAS_CORETYPE=Haswell` in the environment chooses OpenBLAS's
///   kernel.
///
/// Neither the load of the machine nor the order in which threads finish changes a result. But a
/// batch of rows and the same rows one by one may differ in the last bits, because some kernels add
/// up one row in another order than several.
public enum Threads {
  /// The number of threads for work that this thread starts, 1…64: that of ``withThreads(_:_:)``, by
  /// default the environment's `NANOVLA_THREADS`, or else the number of active processors.
  public static var count: Int {
    let chosen = thread_state().pointee.threadCount
    return chosen > 0 ? chosen : defaultCount
  }

  private static let defaultCount: Int = {
    let requested = ProcessInfo.processInfo.environment["NANOVLA_THREADS"].flatMap { Int($0) }
    return max(1, min(64, requested ?? ProcessInfo.processInfo.activeProcessorCount))
  }()
}

/// Runs `body` with `count` threads, 1…64, for the work that it starts from this thread.
/// - Returns: what `body` returns.
public func withThreads<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
  guard 1...64 ~= count else { fatalError("threads: \(count) is not in 1…64") }
  return try withThreadState(\.threadCount, count, body)
}

/// Limits OpenBLAS to one thread per call: the engine splits the work itself, so that the order of
/// the sums is fixed (see `GEMM.swift`). Evaluate it before a call.
let openBLASOnOneThread: Void = openblas_set_num_threads(1)
