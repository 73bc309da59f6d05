import Glibc

/// The memory behind a tensor: `count` floats, 64-byte aligned, given back to a pool when the last
/// tensor that uses them goes. Or numbers that stay in a file; or none yet.
///
/// A training step makes and drops the same few hundred buffers again and again. Asking the system
/// for fresh pages each time costs more than the arithmetic on them, so freed buffers wait in the
/// pool, keyed by size, for the next tensor of their size.
final class Storage {
  let count: Int
  /// nil for numbers in a file, and where there are none yet.
  let floats: UnsafeMutablePointer<Float>?
  /// The numbers as they stand in a file; nil for numbers in memory.
  let packed: PackedNumbers?
  private var copyInMemory: Storage?

  /// Uninitialised memory for `count` floats.
  init(count: Int) {
    self.count = count
    floats = BufferPool.shared.take(BufferPool.sizeClass(of: count))
    packed = nil
  }

  /// `count` numbers that stay in their file, or no numbers at all.
  init(count: Int, in packed: PackedNumbers?) {
    self.count = count
    floats = nil
    self.packed = packed
  }

  deinit {
    if let floats { BufferPool.shared.give(floats, back: BufferPool.sizeClass(of: count)) }
  }

  var pointer: UnsafeMutablePointer<Float> { floats! }

  /// The packed numbers as float32, converted at the first call and kept. Any thread may ask.
  func unpackedOnce(_ packed: PackedNumbers) -> Storage {
    pthread_mutex_lock(&BufferPool.unpacking)
    defer { pthread_mutex_unlock(&BufferPool.unpacking) }
    if let copyInMemory { return copyInMemory }
    let copy = Storage(count: count)
    packed.unpack(0..<count, into: copy.pointer)
    copyInMemory = copy
    return copy
  }
}

/// Free buffers by size class: powers of two cut in quarters, so that at most a fifth is wasted.
private final class BufferPool: @unchecked Sendable {
  static let shared = BufferPool()
  nonisolated(unsafe) static var unpacking = pthread_mutex_t()

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
