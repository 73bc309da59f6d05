/// Functions of each element that need no kernel of their own, each with its derivative.
extension Tensor {
  /// x² of each element.
  public func squared() -> Tensor { mapped({ $0 * $0 }, derivative: { x, _ in 2 * x }) }

  /// √x of each element.
  public func sqrt() -> Tensor { mapped({ $0.squareRoot() }, derivative: { _, y in 0.5 / y }) }

  /// |x| of each element; the derivative at 0 is 0.
  public func abs() -> Tensor {
    mapped({ Swift.abs($0) }, derivative: { x, _ in x > 0 ? 1 : x < 0 ? -1 : 0 })
  }

  /// Each element limited to `range`; the derivative outside of it is 0.
  public func clamped(to range: ClosedRange<Float>) -> Tensor {
    mapped(
      { min(max($0, range.lowerBound), range.upperBound) },
      derivative: { x, _ in range.contains(x) ? 1 : 0 })
  }

  /// The rectified linear unit (ReLU) of each element: max(x, 0).
  public func relu() -> Tensor { mapped({ max($0, 0) }, derivative: { x, _ in x > 0 ? 1 : 0 }) }

  /// A function of each element: its value, and its derivative from x and y.
  private func mapped(
    _ value: (Float) -> Float, derivative: @escaping (_ x: Float, _ y: Float) -> Float
  ) -> Tensor {
    let result = Tensor(uninitialized: shape)
    let (x, y) = (pointer, result.pointer)
    for i in 0..<count { y[i] = value(x[i]) }
    return result.recordedElementwise(from: self, derivative: derivative)
  }

  /// Records that each element y of this result is a function of the same element of `x`.
  func recordedElementwise(
    from x: Tensor, derivative: @escaping (_ x: Float, _ y: Float) -> Float
  ) -> Tensor {
    // A closure that held the result itself would be a reference cycle: it holds the values only.
    let y = detached()
    return recorded(from: [x]) { g in
      let gx = Tensor(uninitialized: x.shape)
      let (x, y, gy, gradient) = (x.pointer, y.pointer, g.pointer, gx.pointer)
      for i in 0..<g.count { gradient[i] = gy[i] * derivative(x[i], y[i]) }
      return [gx]
    }
  }
}
