extension Tensor: CustomStringConvertible {
  /// The shape and the first eight values: `Tensor [2, 5] [0.0, 1.0, …]`.
  public var description: String {
    guard storage.floats != nil || isPacked else { return "Tensor \(shape), uninitialized" }
    let first = 0..<min(count, 8)
    let values = storage.packed?.values(first) ?? first.map { pointer[$0] }
    let shown = values.map { "\($0)" }.joined(separator: ", ")
    return "Tensor \(shape) [\(shown)\(count > 8 ? ", …" : "")]"
  }
}
