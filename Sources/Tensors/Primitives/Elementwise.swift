import CKernels

// Arithmetic element by element. Two shapes are first made equal by repeating axes of length 1, as
// in NumPy; the backward of a repeat is a sum.

extension Tensor {
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    // A row added to every row needs no repeated copy of itself.
    if a.shape != b.shape, b.count > 0, a.shape.suffix(b.shape.count) == b.shape[...] {
      let result = Tensor(uninitialized: a.shape)
      kernel_add_row(a.pointer, b.pointer, result.pointer, a.count / b.count, b.count)
      return result.recorded(from: [a, b]) { g in
        [g, b.requiresGradient ? g.summed(to: b.shape) : nil]
      }
    }
    let (a, b) = Tensor.aligned(a, b, "+")
    let result = Tensor(uninitialized: a.shape)
    kernel_add(a.pointer, b.pointer, result.pointer, a.count)
    return result.recorded(from: [a, b]) { g in [g, g] }
  }

  public static func - (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = Tensor.aligned(a, b, "−")
    let result = Tensor(uninitialized: a.shape)
    kernel_subtract(a.pointer, b.pointer, result.pointer, a.count)
    return result.recorded(from: [a, b]) { g in [g, b.requiresGradient ? -g : nil] }
  }

  public static func * (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = Tensor.aligned(a, b, "·")
    let result = Tensor(uninitialized: a.shape)
    kernel_multiply(a.pointer, b.pointer, result.pointer, a.count)
    return result.recorded(from: [a, b]) { g in
      [a.requiresGradient ? g * b : nil, b.requiresGradient ? g * a : nil]
    }
  }

  public static func / (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = Tensor.aligned(a, b, "/")
    let result = Tensor(uninitialized: a.shape)
    let (x, y, z) = (a.pointer, b.pointer, result.pointer)
    for i in 0..<a.count { z[i] = x[i] / y[i] }
    return result.recorded(from: [a, b]) { g in
      [a.requiresGradient ? g / b : nil, b.requiresGradient ? -(g * a / (b * b)) : nil]
    }
  }

  public static prefix func - (a: Tensor) -> Tensor { a.scaled(by: -1, plus: 0) }
  public static func + (a: Tensor, b: Float) -> Tensor { a.scaled(by: 1, plus: b) }
  public static func - (a: Tensor, b: Float) -> Tensor { a.scaled(by: 1, plus: -b) }
  public static func * (a: Tensor, b: Float) -> Tensor { a.scaled(by: b, plus: 0) }
  public static func / (a: Tensor, b: Float) -> Tensor { a.scaled(by: 1 / b, plus: 0) }
  public static func * (a: Float, b: Tensor) -> Tensor { b.scaled(by: a, plus: 0) }
  public static func + (a: Float, b: Tensor) -> Tensor { b.scaled(by: 1, plus: a) }
  public static func - (a: Float, b: Tensor) -> Tensor { b.scaled(by: -1, plus: a) }

  private func scaled(by scale: Float, plus shift: Float) -> Tensor {
    let result = Tensor(uninitialized: shape)
    kernel_scale(pointer, scale, shift, result.pointer, count)
    return result.recorded(from: [self]) { g in [g.scaled(by: scale, plus: 0)] }
  }

  /// Both repeated to one common shape.
  private static func aligned(_ a: Tensor, _ b: Tensor, _ sign: String) -> (Tensor, Tensor) {
    if a.shape == b.shape { return (a, b) }
    let axes = max(a.shape.count, b.shape.count)
    let left = Array(repeating: 1, count: axes - a.shape.count) + a.shape
    let right = Array(repeating: 1, count: axes - b.shape.count) + b.shape
    guard zip(left, right).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else {
      fatalError("\(a.shape) \(sign) \(b.shape): lengths differ, and neither is 1")
    }
    let target = zip(left, right).map { $0 == 1 ? $1 : $0 }
    return (a.broadcast(to: target), b.broadcast(to: target))
  }

  /// A function of each element: its value, and its slope from (x, y).
  private func mapped(
    _ value: (Float) -> Float, slope: @escaping (_ x: Float, _ y: Float) -> Float
  ) -> Tensor {
    let result = Tensor(uninitialized: shape)
    let (x, y) = (pointer, result.pointer)
    for i in 0..<count { y[i] = value(x[i]) }
    return result.recordedElementwise(from: self, slope: slope)
  }

  func recordedElementwise(
    from x: Tensor, slope: @escaping (_ x: Float, _ y: Float) -> Float
  ) -> Tensor {
    // A result that held itself would never be freed: keep its storage, not the tensor.
    let y = detached()
    return recorded(from: [x]) { g in
      let gx = Tensor(uninitialized: x.shape)
      let (x, y, gy, gradient) = (x.pointer, y.pointer, g.pointer, gx.pointer)
      for i in 0..<g.count { gradient[i] = gy[i] * slope(x[i], y[i]) }
      return [gx]
    }
  }

  public func squared() -> Tensor { mapped({ $0 * $0 }, slope: { x, _ in 2 * x }) }
  public func sqrt() -> Tensor { mapped({ $0.squareRoot() }, slope: { _, y in 0.5 / y }) }
  /// The distance from 0; its slope at 0 is 0.
  public func abs() -> Tensor {
    mapped({ Swift.abs($0) }, slope: { x, _ in x > 0 ? 1 : x < 0 ? -1 : 0 })
  }
  /// Each element moved to the nearest number of `range`; the slope of one that was moved is 0.
  public func clamped(to range: ClosedRange<Float>) -> Tensor {
    mapped(
      { min(max($0, range.lowerBound), range.upperBound) },
      slope: { x, _ in range.contains(x) ? 1 : 0 })
  }
  /// max(x, 0)
  public func relu() -> Tensor { mapped({ max($0, 0) }, slope: { x, _ in x > 0 ? 1 : 0 }) }
}
