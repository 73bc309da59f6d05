/// Fills a new tensor; inside ``uninitialized(_:)``, only shapes it.
extension Tensor {
  /// A tensor of `shape` with the `values` that are computed for it, row-major.
  public static func computed(_ shape: [Int], _ values: () -> [Float]) -> Tensor {
    guard isInitializationEnabled else { return Tensor(unallocated: shape) }
    return Tensor(values(), shape: shape)
  }

  public static func zeros(_ shape: [Int]) -> Tensor { full(shape, 0) }

  /// Every element `value`.
  public static func full(_ shape: [Int], _ value: Float) -> Tensor {
    guard isInitializationEnabled else { return Tensor(unallocated: shape) }
    let tensor = Tensor(uninitialized: shape)
    tensor.pointer.update(repeating: value, count: tensor.count)
    return tensor
  }

  /// Draws from the normal distribution with mean 0 and standard deviation `scale`.
  public static func normal(
    _ shape: [Int], scale: Float = 1, using random: inout SeededRandom
  ) -> Tensor {
    guard isInitializationEnabled else { return Tensor(unallocated: shape) }
    let tensor = Tensor(uninitialized: shape)
    for i in 0..<tensor.count { tensor.pointer[i] = scale * random.normal() }
    return tensor
  }

  /// Draws from `range`, every part of it equally likely.
  public static func uniform(
    _ shape: [Int], in range: ClosedRange<Float>, using random: inout SeededRandom
  ) -> Tensor {
    guard isInitializationEnabled else { return Tensor(unallocated: shape) }
    let tensor = Tensor(uninitialized: shape)
    for i in 0..<tensor.count { tensor.pointer[i] = random.uniform(in: range) }
    return tensor
  }
}
