/// A block of numbers with a shape, and the memory of how it was computed.
///
/// Float32, row-major, contiguous: element [i, j] of shape [R, C] stands at `i * C + j`. Operations
/// return new tensors and note their inputs, so that ``backward()`` can walk the notes from a loss
/// to the parameters. A tensor belongs to one thread at a time; see ``backwardInShards(of:loss:)``
/// for work on several.
public final class Tensor {
  /// The length of each axis, outermost first. Empty for a single number.
  public let shape: [Int]

  /// After a backward pass: how the loss changes with each element. Only parameters keep one.
  public var gradient: Tensor?

  /// Whether this is a leaf that an optimizer may change.
  public private(set) var isParameter = false

  /// A frozen parameter keeps its value: no gradient is computed for it. Packed numbers, which stay
  /// in a file, are always frozen.
  public var isFrozen = false {
    didSet {
      guard isFrozen || !(isParameter && isPacked) else {
        fatalError("parameter: packed numbers of shape \(shape) cannot learn; adopt(unpacked())")
      }
    }
  }

  private(set) var storage: Storage
  /// How this tensor came about, while gradients are recorded; nil for leaves.
  var node: Node?

  init(shape: [Int], storage: Storage) {
    self.shape = shape
    self.storage = storage
  }

  /// A tensor with uninitialised memory, for a kernel to fill.
  convenience init(uninitialized shape: [Int]) {
    guard shape.allSatisfy({ $0 >= 0 }) else {
      fatalError("tensor: shape \(shape) has a negative length")
    }
    self.init(shape: shape, storage: Storage(count: shape.reduce(1, *)))
  }

  /// A tensor of `shape` with `values` in row-major order.
  public convenience init(_ values: [Float], shape: [Int]) {
    guard values.count == shape.reduce(1, *), shape.allSatisfy({ $0 >= 0 }) else {
      fatalError("tensor: \(values.count) values do not fill shape \(shape)")
    }
    self.init(uninitialized: shape)
    values.withUnsafeBufferPointer {
      if let source = $0.baseAddress { pointer.update(from: source, count: values.count) }
    }
  }

  /// The number of elements.
  public var count: Int { storage.count }

  /// The elements in row-major order, copied.
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

  /// The only element of a tensor that has one.
  public var item: Float {
    guard count == 1 else { fatalError("item: shape \(shape) has \(count) elements, not 1") }
    return pointer[0]
  }

  /// The element at `indices`, one an axis.
  public subscript(_ indices: Int...) -> Float {
    guard indices.count == shape.count, zip(indices, shape).allSatisfy({ 0..<$1 ~= $0 }) else {
      fatalError("tensor: no element \(indices) in shape \(shape)")
    }
    return pointer[zip(indices, shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }

  /// The length of `axis`; −1 is the last.
  public func dim(_ axis: Int) -> Int { shape[position(of: axis)] }

  /// Whether a backward pass reaches this tensor.
  public var requiresGradient: Bool { node != nil || (isParameter && !isFrozen) }

  /// Marks this leaf as something to learn, and returns it.
  public func asParameter() -> Tensor {
    guard node == nil else { fatalError("parameter: shape \(shape) is computed, not a leaf") }
    isParameter = true
    if isPacked { isFrozen = true }
    return self
  }

  /// Shares the numbers of `other` from now on, without a copy: how a parameter that was built
  /// ``uninitialized(_:)`` gets those of a checkpoint. Packed numbers freeze it.
  public func adopt(_ other: Tensor) {
    guard shape == other.shape else {
      fatalError("adopt: a parameter of shape \(shape), but numbers of shape \(other.shape)")
    }
    guard node == nil else { fatalError("adopt: shape \(shape) is computed, not a leaf") }
    storage = other.storage
    if isPacked { isFrozen = true }
  }

  /// The same numbers without their history: gradients stop here.
  public func detached() -> Tensor { Tensor(shape: shape, storage: storage) }

  var pointer: UnsafeMutablePointer<Float> { storage.floats ?? unpackedForUse }

  /// `axis` counted from the front.
  func position(of axis: Int) -> Int {
    let position = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(position) else {
      fatalError("tensor: shape \(shape) has no axis \(axis)")
    }
    return position
  }
}
