#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Buffers for tensors, kept for reuse when they are freed.
///
/// A training step allocates and frees the same few hundred buffers again and again. Fresh pages
/// from the system would cost more than the arithmetic on them, so a freed buffer waits here for
/// the next tensor of its size class. Memory is never returned to the system.
final class BufferPool: @unchecked Sendable {
  static let shared = BufferPool()

  private var free: [[UnsafeMutablePointer<Float>]] = Array(repeating: [], count: 256)
  private let lock = Lock()

  /// The class of sizes that `count` floats belong to: powers of two, divided in four, so that a
  /// buffer is at most a quarter larger than asked for.
  static func sizeClass(of count: Int) -> Int {
    let units = max((count + 15) / 16, 4)  // cache lines of 64 bytes
    let power = Int.bitWidth - 1 - units.leadingZeroBitCount
    let quarter = (units - (1 << power) + (1 << (power - 2)) - 1) >> (power - 2)
    return power * 4 + quarter
  }

  /// The size of every buffer of a class, in bytes.
  static func bytes(in sizeClass: Int) -> Int {
    let (power, quarter) = (sizeClass / 4, sizeClass % 4)
    return ((1 << power) + (quarter << (power - 2))) * 64
  }

  /// An uninitialized buffer, 64-byte aligned.
  func take(_ sizeClass: Int) -> UnsafeMutablePointer<Float> {
    if let buffer = lock.withLock({ free[sizeClass].popLast() }) { return buffer }
    let bytes = BufferPool.bytes(in: sizeClass)
    guard let memory = aligned_alloc(64, bytes) else {
      fatalError("tensor: no memory for \(bytes) bytes")
    }
    return memory.assumingMemoryBound(to: Float.self)
  }

  func giveBack(_ buffer: UnsafeMutablePointer<Float>, _ sizeClass: Int) {
    lock.withLock { free[sizeClass].append(buffer) }
  }
}
