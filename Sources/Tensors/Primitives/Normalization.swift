import CKernels
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Softmax, layer norm and RMS norm: each normalizes the rows of the last axis, [..., D] →
/// [..., D].
extension Tensor {
  /// eˣ / Σ eˣ along the last axis: logits become probabilities, positive numbers that sum to 1.
  public func softmax() -> Tensor {
    let (rows, columns) = rowsAndColumns
    let result = Tensor(uninitialized: shape)
    kernel_softmax(pointer, result.pointer, rows, columns)
    let y = result.detached()
    // ∂x = y (∂y − Σ ∂y·y)
    return result.recorded(from: [self]) { g in
      let gx = Tensor(uninitialized: self.shape)
      kernel_softmax_gradient(y.pointer, g.pointer, gx.pointer, rows, columns)
      return [gx]
    }
  }

  /// x − ln Σ eˣ along the last axis: the logarithm of ``softmax()``, accurate for tiny
  /// probabilities too.
  public func logSoftmax() -> Tensor {
    let (rows, columns) = rowsAndColumns
    let probabilities = Tensor(uninitialized: shape)
    let result = Tensor(uninitialized: shape)
    kernel_softmax(pointer, probabilities.pointer, rows, columns)
    for row in 0..<rows {
      let (x, p, y) = (
        pointer + row * columns, probabilities.pointer + row * columns,
        result.pointer + row * columns
      )
      // The largest element's probability is at least 1/columns, so its logarithm is finite.
      var largest = 0
      for c in 1..<max(columns, 1) where x[c] > x[largest] { largest = c }
      let logSum = x[largest] - logf(p[largest])
      for c in 0..<columns { y[c] = x[c] - logSum }
    }
    // ∂x = ∂y − softmax · Σ ∂y
    return result.recorded(from: [self]) { g in
      let gx = Tensor(uninitialized: self.shape)
      let (gy, p, gradient) = (g.pointer, probabilities.pointer, gx.pointer)
      for row in 0..<rows {
        var sum: Float = 0
        for c in 0..<columns { sum += gy[row * columns + c] }
        for i in row * columns..<(row + 1) * columns { gradient[i] = gy[i] - p[i] * sum }
      }
      return [gx]
    }
  }

  /// Layer normalization along the last axis: (x − mean) / √(variance + ε) · gain + bias.
  ///
  /// Source: Ba, Kiros and Hinton, "Layer Normalization" (2016), §3.
  /// - Parameters:
  ///   - gain: [D], the length of the last axis.
  ///   - bias: [D].
  ///   - epsilon: ε, which keeps the division finite.
  public func layerNormalized(gain: Tensor, bias: Tensor, epsilon: Float = 1e-5) -> Tensor {
    let (rows, columns) = rowsAndColumns
    guard gain.shape == [columns], bias.shape == [columns] else {
      fatalError("layer norm: gain \(gain.shape) and bias \(bias.shape) on \(shape)")
    }
    let result = Tensor(uninitialized: shape)
    let mean = Storage(count: rows)
    let inverse = Storage(count: rows)
    kernel_layer_norm(
      pointer, gain.pointer, bias.pointer, result.pointer, mean.pointer, inverse.pointer, rows,
      columns, epsilon)
    return result.recorded(from: [self, gain, bias]) { g in
      let gx = Tensor(uninitialized: self.shape)
      let (gGain, gBias) = (Tensor(uninitialized: [columns]), Tensor(uninitialized: [columns]))
      kernel_layer_norm_gradient(
        self.pointer, gain.pointer, mean.pointer, inverse.pointer, g.pointer, gx.pointer,
        gGain.pointer, gBias.pointer, rows, columns)
      return [gx, gGain, gBias]
    }
  }

  /// RMS normalization along the last axis: x / √(mean(x²) + ε) · gain.
  ///
  /// Source: Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019), §3.
  /// - Parameters:
  ///   - gain: [D], the length of the last axis.
  ///   - epsilon: ε, which keeps the division finite.
  public func rmsNormalized(gain: Tensor, epsilon: Float = 1e-6) -> Tensor {
    let (rows, columns) = rowsAndColumns
    guard gain.shape == [columns] else { fatalError("RMS norm: gain \(gain.shape) on \(shape)") }
    let result = Tensor(uninitialized: shape)
    let inverse = Storage(count: rows)
    kernel_rms_norm(
      pointer, gain.pointer, result.pointer, inverse.pointer, rows, columns, epsilon)
    return result.recorded(from: [self, gain]) { g in
      let (gx, gGain) = (Tensor(uninitialized: self.shape), Tensor(uninitialized: [columns]))
      kernel_rms_norm_gradient(
        self.pointer, gain.pointer, inverse.pointer, g.pointer, gx.pointer, gGain.pointer, rows,
        columns)
      return [gx, gGain]
    }
  }

  /// The shape as a matrix: the last axis is the columns, all others together are the rows.
  var rowsAndColumns: (rows: Int, columns: Int) {
    guard let columns = shape.last, columns > 0 else {
      fatalError("rows: shape \(shape) has no last axis with elements")
    }
    return (count / columns, columns)
  }
}
