import Glibc

/// The memory behind a tensor: `count` floats, 64-byte aligned, given back to a pool when the last
/// tensor that uses them goes.
///
/// A training step makes and drops the same few hundred buffers again and again. Asking the system
/// for fresh pages each time costs more than the arithmetic on them, so freed buffers wait in the
/// pool, keyed by size, for the next tensor of their size.
final class Storage {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int
  private let sizeClass: Int

  /// Uninitialised memory for `count` floats.
  init(count: Int) {
    self.count = count
    sizeClass = BufferPool.sizeClass(of: count)
    pointer = BufferPool.shared.take(sizeClass)
  }

  deinit { BufferPool.shared.give(pointer, back: sizeClass) }
}

/// Free buffers by size class: powers of two cut in quarters, so that at most a fifth is wasted.
private final class BufferPool: @unchecked Sendable {
  static let shared = BufferPool()

  private var free: [[UnsafeMutablePointer<Float>]] = Array(repeating: [], count: 256)
  private var lock = pthread_mutex_t()

  private init() { pthread_mutex_init(&lock, nil) }

  static func sizeClass(of count: Int) -> Int {
    let units = max((count + 15) / 16, 4)  // 64-byte lines
    let power = Int.bitWidth - 1 - units.leadingZeroBitCount
    let quarter = (units - (1 << power) + (1 << (power - 2)) - 1) >> (power - 2)
    return power * 4 + quarter
  }

  static func bytes(in sizeClass: Int) -> Int {
    let (power, quarter) = (sizeClass / 4, sizeClass % 4)
    return ((1 << power) + (quarter << (power - 2))) * 64
  }

  func take(_ sizeClass: Int) -> UnsafeMutablePointer<Float> {
    pthread_mutex_lock(&lock)
    let waiting = free[sizeClass].popLast()
    pthread_mutex_unlock(&lock)
    if let waiting { return waiting }
    let bytes = BufferPool.bytes(in: sizeClass)
    guard let memory = aligned_alloc(64, bytes) else {
      fatalError("tensor: no memory for \(bytes) bytes")
    }
    return memory.assumingMemoryBound(to: Float.self)
  }

  func give(_ pointer: UnsafeMutablePointer<Float>, back sizeClass: Int) {
    pthread_mutex_lock(&lock)
    free[sizeClass].append(pointer)
    pthread_mutex_unlock(&lock)
  }
}
