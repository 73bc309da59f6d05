import CKernels
import Glibc

// Tensors whose numbers are elsewhere: packed in a file, or not there yet.

extension Tensor {
  /// Whether the numbers stay in a file as they are stored there.
  ///
  /// Matrix products with a packed matrix on the right (`linear`, `matmul`), ``rows(at:)``,
  /// `sliced(axis: 0, _:)`, ``reshaped(_:)`` and ``values`` read such numbers where they are. Any
  /// other operation converts a small tensor once, and stops at a large one.
  public var isPacked: Bool { storage.packed != nil }

  /// The same numbers as float32 in memory: a copy, which may learn.
  public func unpacked() -> Tensor {
    guard let packed = storage.packed else { return Tensor(values, shape: shape) }
    let result = Tensor(uninitialized: shape)
    packed.unpack(0..<count, into: result.pointer)
    return result
  }

  /// The same numbers rounded to bfloat16, in memory: half the bytes for a product to read, packed
  /// as those of a checkpoint are, and frozen as they are.
  public func packedAsBFloat16() -> Tensor {
    let numbers = PackedNumbers(
      roundingToBFloat16: UnsafeBufferPointer(start: pointer, count: count))
    return Tensor(shape: shape, storage: Storage(count: count, in: numbers))
  }

  /// Whether `other` holds the same numbers in the same form, packed or float32, bit for bit: then
  /// every operation gives the same with either. A tensor without numbers is like no other.
  public func isIdentical(to other: Tensor) -> Bool {
    guard shape == other.shape else { return false }
    if let mine = storage.packed, let others = other.storage.packed {
      return mine.isIdentical(to: others, count: count)
    }
    guard let mine = storage.floats, let others = other.storage.floats else { return false }
    return memcmp(mine, others, count * MemoryLayout<Float>.size) == 0
  }

  /// Up to so many packed numbers, 16 MB as float32, are converted without being asked.
  static var fewPackedNumbers: Int { 1 << 22 }

  /// What an operation reads that knows nothing of packed numbers.
  var unpackedForUse: UnsafeMutablePointer<Float> {
    guard let packed = storage.packed else {
      fatalError(
        "tensor: shape \(shape) is uninitialized; adopt a checkpoint's tensor, or set values")
    }
    guard count <= Tensor.fewPackedNumbers else {
      fatalError(
        "tensor: shape \(shape) is packed as \(packed.format.rawValue), and too large to convert "
          + "unasked; only products, rows(at:) and slices of rows read it so. Use unpacked()")
    }
    return storage.unpackedOnce(packed).pointer
  }

  /// Numbers that stay where they are stored.
  package convenience init(packed numbers: PackedNumbers, shape: [Int]) {
    self.init(shape: shape, storage: Storage(count: shape.reduce(1, *), in: numbers))
  }
}
