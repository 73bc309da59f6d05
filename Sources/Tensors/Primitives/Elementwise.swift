import CKernels

/// Arithmetic on each element.
///
/// Tensors of two shapes are broadcast as in NumPy: missing leading axes and axes of length 1 are
/// repeated. The backward of a repeat is a sum. Shapes that do not broadcast stop the program.
extension Tensor {
  /// a + b of each pair of elements; broadcasts.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    // A row that is added to every row, such as a bias, needs no repeated copy.
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

  /// a − b of each pair of elements; broadcasts.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = Tensor.aligned(a, b, "−")
    let result = Tensor(uninitialized: a.shape)
    kernel_subtract(a.pointer, b.pointer, result.pointer, a.count)
    return result.recorded(from: [a, b]) { g in [g, b.requiresGradient ? -g : nil] }
  }

  /// a · b of each pair of elements; broadcasts. For matrix products see ``matmul(_:)``.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = Tensor.aligned(a, b, "·")
    let result = Tensor(uninitialized: a.shape)
    kernel_multiply(a.pointer, b.pointer, result.pointer, a.count)
    return result.recorded(from: [a, b]) { g in
      [a.requiresGradient ? g * b : nil, b.requiresGradient ? g * a : nil]
    }
  }

  /// a / b of each pair of elements; broadcasts.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    let (a, b) = Tensor.aligned(a, b, "/")
    let result = Tensor(uninitialized: a.shape)
    let (x, y, z) = (a.pointer, b.pointer, result.pointer)
    for i in 0..<a.count { z[i] = x[i] / y[i] }
    return result.recorded(from: [a, b]) { g in
      [a.requiresGradient ? g / b : nil, b.requiresGradient ? -(g * a / (b * b)) : nil]
    }
  }

  /// −a of each element.
  public static prefix func - (a: Tensor) -> Tensor { a.scaled(by: -1, plus: 0) }
  /// a + b of each element of `a`.
  public static func + (a: Tensor, b: Float) -> Tensor { a.scaled(by: 1, plus: b) }
  /// a − b of each element of `a`.
  public static func - (a: Tensor, b: Float) -> Tensor { a.scaled(by: 1, plus: -b) }
  /// a · b of each element of `a`.
  public static func * (a: Tensor, b: Float) -> Tensor { a.scaled(by: b, plus: 0) }
  /// a / b of each element of `a`, computed as a · (1/b).
  public static func / (a: Tensor, b: Float) -> Tensor { a.scaled(by: 1 / b, plus: 0) }
  /// a · b of each element of `b`.
  public static func * (a: Float, b: Tensor) -> Tensor { b.scaled(by: a, plus: 0) }
  /// a + b of each element of `b`.
  public static func + (a: Float, b: Tensor) -> Tensor { b.scaled(by: 1, plus: a) }
  /// a − b of each element of `b`.
  public static func - (a: Float, b: Tensor) -> Tensor { b.scaled(by: -1, plus: a) }

  private func scaled(by scale: Float, plus shift: Float) -> Tensor {
    let result = Tensor(uninitialized: shape)
    kernel_scale(pointer, scale, shift, result.pointer, count)
    return result.recorded(from: [self]) { g in [g.scaled(by: scale, plus: 0)] }
  }

  /// Both tensors, broadcast to one common shape.
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
}
