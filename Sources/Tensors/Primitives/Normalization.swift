import CKernels
import Foundation

// Softmax, layer norm and RMS norm: each works on the last axis, a row at a time.

extension Tensor {
  /// eˣ / Σ eˣ along the last axis: positive weights that sum to 1.
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

  /// x − ln Σ eˣ along the last axis: the logarithm of ``softmax()``, exact for small weights.
  public func logSoftmax() -> Tensor {
    let (rows, columns) = rowsAndColumns
    let weights = Tensor(uninitialized: shape)
    let result = Tensor(uninitialized: shape)
    kernel_softmax(pointer, weights.pointer, rows, columns)
    for row in 0..<rows {
      let (x, w, y) = (
        pointer + row * columns, weights.pointer + row * columns, result.pointer + row * columns
      )
      // The largest element's weight is at least 1/columns, so its logarithm is safe.
      var best = 0
      for c in 1..<max(columns, 1) where x[c] > x[best] { best = c }
      let logSum = x[best] - logf(w[best])
      for c in 0..<columns { y[c] = x[c] - logSum }
    }
    // ∂x = ∂y − softmax · Σ ∂y
    return result.recorded(from: [self]) { g in
      let gx = Tensor(uninitialized: self.shape)
      let (gy, w, gradient) = (g.pointer, weights.pointer, gx.pointer)
      for row in 0..<rows {
        var sum: Float = 0
        for c in 0..<columns { sum += gy[row * columns + c] }
        for i in row * columns..<(row + 1) * columns { gradient[i] = gy[i] - w[i] * sum }
      }
      return [gx]
    }
  }

  /// (x − mean) / √(variance + ε) · gain + bias along the last axis.
  ///
  /// Source: Ba, Kiros and Hinton, "Layer Normalization" (2016), section 3.
  /// - Parameters: `gain` and `bias` of shape [D], the last axis.
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

  /// x / √(mean x² + ε) · gain along the last axis: layer norm without the mean and the bias.
  ///
  /// Source: Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019), section 3.
  /// - Parameter gain: of shape [D], the last axis.
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

  /// All leading axes as rows of the last one.
  var rowsAndColumns: (rows: Int, columns: Int) {
    guard let columns = shape.last, columns > 0 else {
      fatalError("rows: shape \(shape) has no last axis with elements")
    }
    return (count / columns, columns)
  }
}
