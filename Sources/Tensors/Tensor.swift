/// An array of float32 numbers with a shape, and the record of how it was computed.
///
/// Tensors hold everything in this package: images, tokens, weights, gradients. The elements are
/// row-major and contiguous: element [i, j] of shape [R, C] is at index i·C + j of ``values``.
/// Operations return new tensors and record their inputs, so that ``backward()`` can compute
/// gradients (see `Autograd.swift`).
///
/// A tensor belongs to one thread at a time; ``backwardInShards(of:microBatch:loss:)`` uses
/// several.
public final class Tensor {
  /// The length of each axis, outermost first. Empty for a single number.
  public let shape: [Int]

  /// ∂loss/∂self after a backward pass, of the same shape. Only parameters keep one; several passes
  /// add up until it is set to nil.
  public var gradient: Tensor?

  /// Whether this is a leaf of the graph that an optimizer may change.
  public private(set) var isParameter = false

  /// A frozen parameter keeps its value: no gradient is computed for it. A packed parameter (see
  /// ``isPacked``) is always frozen; setting false stops the program.
  public var isFrozen = false {
    didSet {
      guard isFrozen || !(isParameter && isPacked) else {
        fatalError("parameter: packed weights of shape \(shape) cannot learn; adopt(unpacked())")
      }
    }
  }

  // A dynamic exclusivity check at each access would cost a debug build some 5 % of its time.
  @exclusivity(unchecked) private(set) var storage: Storage
  /// The operation that computed this tensor, while gradients are recorded; nil for leaves.
  @exclusivity(unchecked) var node: Node?

  init(shape: [Int], storage: Storage) { (self.shape, self.storage) = (shape, storage) }

  /// A tensor with memory for its elements, which the caller must write.
  convenience init(uninitialized shape: [Int]) {
    guard shape.allSatisfy({ $0 >= 0 }) else {
      fatalError("tensor: shape \(shape) has a negative length")
    }
    self.init(shape: shape, storage: Storage(count: shape.reduce(1, *)))
  }

  /// A tensor of `shape` with `values` in row-major order. Stops if their number does not fit.
  public convenience init(_ values: [Float], shape: [Int]) {
    guard values.count == shape.reduce(1, *), shape.allSatisfy({ $0 >= 0 }) else {
      fatalError("tensor: \(values.count) values do not fill shape \(shape)")
    }
    self.init(uninitialized: shape)
    values.withUnsafeBufferPointer {
      if let source = $0.baseAddress { pointer.update(from: source, count: values.count) }
    }
  }

  /// The number of elements: the product of the lengths in ``shape``.
  public var count: Int { storage.count }

  /// The elements in row-major order, copied. Setting stops if their number does not fit.
  public var values: [Float] {
    get {
      storage.packed?.values(0..<count) ?? Array(UnsafeBufferPointer(start: pointer, count: count))
    }
    set {
      guard newValue.count == count else {
        fatalError("tensor: \(newValue.count) values do not fill shape \(shape)")
      }
      if storage.floats == nil { storage = Storage(count: count) }
      newValue.withUnsafeBufferPointer {
        if let source = $0.baseAddress { pointer.update(from: source, count: count) }
      }
    }
  }

  /// The element of a tensor that has one, such as a loss. Stops if there are more or none.
  public var item: Float {
    guard count == 1 else { fatalError("item: shape \(shape) has \(count) elements, not 1") }
    return pointer[0]
  }

  /// The element at `indices`, one for each axis, counted from 0. Stops if it is outside the shape.
  public subscript(_ indices: Int...) -> Float {
    guard indices.count == shape.count, zip(indices, shape).allSatisfy({ 0..<$1 ~= $0 }) else {
      fatalError("tensor: no element \(indices) in shape \(shape)")
    }
    return pointer[zip(indices, shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }

  /// The length of `axis`; −1 is the last axis. Stops if there is no such axis.
  public func dim(_ axis: Int) -> Int { shape[position(of: axis)] }

  /// Whether a backward pass through this tensor reaches a parameter that learns.
  public var requiresGradient: Bool { node != nil || (isParameter && !isFrozen) }

  /// Marks this leaf as a parameter and returns it. Stops if it is the result of an operation.
  public func asParameter() -> Tensor {
    guard node == nil else { fatalError("parameter: shape \(shape) is computed, not a leaf") }
    isParameter = true
    if isPacked { isFrozen = true }
    return self
  }

  /// Shares the values of `other` from now on, without a copy: how a parameter that was built
  /// ``uninitialized(_:)`` gets a checkpoint's values. Packed weights freeze it. Stops if the
  /// shapes differ, or if this is the result of an operation.
  public func adopt(_ other: Tensor) {
    guard shape == other.shape else {
      fatalError("adopt: a parameter of shape \(shape), but values of shape \(other.shape)")
    }
    guard node == nil else { fatalError("adopt: shape \(shape) is computed, not a leaf") }
    storage = other.storage
    if isPacked { isFrozen = true }
  }

  /// The same values outside of the graph: a backward pass stops here.
  public func detached() -> Tensor { Tensor(shape: shape, storage: storage) }

  /// The elements in memory. Loops read it once, before they begin.
  var pointer: UnsafeMutablePointer<Float> { storage.floats ?? unpackedPointer }

  /// `axis` counted from the front.
  func position(of axis: Int) -> Int {
    let position = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(position) else {
      fatalError("tensor: shape \(shape) has no axis \(axis)")
    }
    return position
  }
}
