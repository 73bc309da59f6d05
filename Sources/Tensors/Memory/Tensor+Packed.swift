#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Tensors whose elements are packed: kept in the format of a checkpoint, mostly half precision.
extension Tensor {
  /// Whether the elements stay in a checkpoint's format, mostly in its memory-mapped file.
  ///
  /// Matrix products with a packed matrix on the right (`linear`, `matmul`), ``rows(at:)``,
  /// `sliced(axis: 0, _:)`, ``reshaped(_:)`` and ``values`` read packed elements directly. Any
  /// other operation first converts the tensor to float32, or stops the program if it has more than
  /// 4 million elements.
  public var isPacked: Bool { storage.packed != nil }

  /// A copy as float32 in memory, which may be trained.
  public func unpacked() -> Tensor {
    guard let packed = storage.packed else { return Tensor(values, shape: shape) }
    let result = Tensor(uninitialized: shape)
    packed.unpack(0..<count, into: result.pointer)
    return result
  }

  /// A packed copy in memory, rounded to bfloat16: it takes half the memory, and a product with few
  /// rows takes half the time. As a parameter it is frozen.
  public func packedAsBFloat16() -> Tensor {
    let weights = PackedWeights(
      roundingToBFloat16: UnsafeBufferPointer(start: pointer, count: count))
    return Tensor(packed: weights, shape: shape)
  }

  /// Whether `other` has the same shape and bit-identical elements in the same format, so that
  /// every operation gives the same result with either. False for an uninitialized tensor.
  public func isIdentical(to other: Tensor) -> Bool {
    guard shape == other.shape else { return false }
    if let weights = storage.packed, let otherWeights = other.storage.packed {
      return weights.isIdentical(to: otherWeights, count: count)
    }
    guard let floats = storage.floats, let otherFloats = other.storage.floats else { return false }
    return memcmp(floats, otherFloats, count * MemoryLayout<Float>.size) == 0
  }

  /// A tensor of `shape` whose elements stay packed.
  package convenience init(packed weights: PackedWeights, shape: [Int]) {
    self.init(shape: shape, storage: Storage(count: shape.reduce(1, *), in: weights))
  }

  /// The most elements that an operation converts to float32 by itself: 16 MB.
  static var automaticUnpackingLimit: Int { 1 << 22 }

  /// The elements as float32, for an operation that cannot read packed ones.
  var unpackedPointer: UnsafeMutablePointer<Float> {
    guard let packed = storage.packed else {
      fatalError(
        "tensor: shape \(shape) is uninitialized; adopt a checkpoint's tensor, or set values")
    }
    guard count <= Tensor.automaticUnpackingLimit else {
      fatalError(
        "tensor: shape \(shape) is packed as \(packed.format.rawValue) and too large to convert "
          + "automatically; only products, rows(at:) and slices of rows read it. Use unpacked()")
    }
    return storage.unpackedOnce(packed).pointer
  }
}
