/// New tensors filled with constants or random draws; inside ``uninitialized(_:)`` they have a
/// shape but no values.
extension Tensor {
  /// A tensor of `shape` with the row-major values that `values` computes.
  public static func computed(_ shape: [Int], _ values: () -> [Float]) -> Tensor {
    guard isInitializationEnabled else { return Tensor(unallocated: shape) }
    return Tensor(values(), shape: shape)
  }

  /// A tensor of `shape` with every element 0.
  public static func zeros(_ shape: [Int]) -> Tensor { full(shape, 0) }

  /// A tensor of `shape` with every element `value`.
  public static func full(_ shape: [Int], _ value: Float) -> Tensor {
    guard isInitializationEnabled else { return Tensor(unallocated: shape) }
    let tensor = Tensor(uninitialized: shape)
    tensor.pointer.update(repeating: value, count: tensor.count)
    return tensor
  }

  /// A tensor of `shape` drawn from the normal distribution with mean 0 and standard deviation
  /// `scale`.
  public static func normal(
    _ shape: [Int], scale: Float = 1, using random: inout SeededRandom
  ) -> Tensor {
    guard isInitializationEnabled else { return Tensor(unallocated: shape) }
    let tensor = Tensor(uninitialized: shape)
    let x = tensor.pointer
    for i in 0..<tensor.count { x[i] = scale * random.normal() }
    return tensor
  }

  /// A tensor of `shape` drawn from the uniform distribution over `range`.
  public static func uniform(
    _ shape: [Int], in range: ClosedRange<Float>, using random: inout SeededRandom
  ) -> Tensor {
    guard isInitializationEnabled else { return Tensor(unallocated: shape) }
    let tensor = Tensor(uninitialized: shape)
    let x = tensor.pointer
    for i in 0..<tensor.count { x[i] = random.uniform(in: range) }
    return tensor
  }
}
