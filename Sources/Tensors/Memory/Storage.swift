/// The memory behind a tensor. Tensors share it: a reshaped or detached tensor has its own shape,
/// but the same storage.
///
/// It has one of three forms: `floats` in memory, from the ``BufferPool``; ``PackedWeights``, which
/// stay in a file; or neither, before a model's parameters are loaded (see ``uninitialized(_:)``).
final class Storage {
  let count: Int
  /// The elements in memory, 64-byte aligned; nil in the other two forms.
  let floats: UnsafeMutablePointer<Float>?
  /// The elements in a checkpoint's format; nil in the other two forms.
  let packed: PackedWeights?
  private var unpackedCopy: Storage?
  private static let unpackingLock = Lock()

  /// Memory for `count` floats, which the caller must write.
  init(count: Int) {
    self.count = count
    floats = BufferPool.shared.take(BufferPool.sizeClass(of: count))
    packed = nil
  }

  /// `count` packed elements; with nil, no elements yet.
  init(count: Int, in packed: PackedWeights?) {
    self.count = count
    floats = nil
    self.packed = packed
  }

  deinit {
    if let floats { BufferPool.shared.giveBack(floats, BufferPool.sizeClass(of: count)) }
  }

  /// The elements of a storage that was made for `floats`.
  var pointer: UnsafeMutablePointer<Float> { floats! }

  /// The packed elements as float32, converted at the first call and kept. Any thread may call it.
  func unpackedOnce(_ packed: PackedWeights) -> Storage {
    Self.unpackingLock.withLock {
      if let unpackedCopy { return unpackedCopy }
      let copy = Storage(count: count)
      packed.unpack(0..<count, into: copy.pointer)
      unpackedCopy = copy
      return copy
    }
  }
}

extension Tensor {
  /// The elements in memory, for code that moves them elsewhere; valid as long as the tensor.
  package var elements: UnsafeMutablePointer<Float> { pointer }
}
