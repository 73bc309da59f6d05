import CKernels
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Activation functions (nonlinearities) and other smooth functions of each element, each with its
/// backward.
extension Tensor {
  /// eˣ of each element, relative error 1e-7; 0 below x = −87, and e⁸⁸ above x = 88.
  public func exp() -> Tensor {
    let result = Tensor(uninitialized: shape)
    kernel_exp(pointer, result.pointer, count)
    return result.recordedElementwise(from: self) { _, y in y }
  }

  /// The natural logarithm of each element.
  public func log() -> Tensor {
    let result = Tensor(uninitialized: shape)
    let (x, y) = (pointer, result.pointer)
    for i in 0..<count { y[i] = logf(x[i]) }
    return result.recordedElementwise(from: self) { x, _ in 1 / x }
  }

  /// The hyperbolic tangent of each element.
  public func tanh() -> Tensor {
    let result = Tensor(uninitialized: shape)
    kernel_tanh(pointer, result.pointer, count)
    return result.recordedElementwise(from: self) { _, y in 1 - y * y }
  }

  /// The logistic function of each element: 1 / (1 + e⁻ˣ).
  public func sigmoid() -> Tensor {
    let result = Tensor(uninitialized: shape)
    kernel_sigmoid(pointer, result.pointer, count)
    return result.recordedElementwise(from: self) { _, y in y * (1 - y) }
  }

  /// The Gaussian error linear unit (GELU) of each element, tanh form:
  /// ½x (1 + tanh(√(2/π) (x + 0.044715 x³))).
  ///
  /// Source: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), §2.
  public func gelu() -> Tensor {
    let result = Tensor(uninitialized: shape)
    kernel_gelu(pointer, result.pointer, count)
    return result.recorded(from: [self]) { g in
      let gx = Tensor(uninitialized: self.shape)
      kernel_gelu_gradient(self.pointer, g.pointer, gx.pointer, self.count)
      return [gx]
    }
  }

  /// The Gaussian error linear unit of each element, erf form: ½x (1 + erf(x/√2)).
  ///
  /// It differs from ``gelu()`` by up to 5e-4; use the form that the checkpoint was trained with.
  /// Source: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), §2.
  public func geluExact() -> Tensor {
    let result = Tensor(uninitialized: shape)
    kernel_erf_gelu(pointer, result.pointer, count)
    return result.recorded(from: [self]) { g in
      let gx = Tensor(uninitialized: self.shape)
      kernel_erf_gelu_gradient(self.pointer, g.pointer, gx.pointer, self.count)
      return [gx]
    }
  }

  /// The sigmoid approximation of GELU that CLIP uses, of each element: x · sigmoid(1.702 x).
  ///
  /// Source: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), §2.
  public func quickGELU() -> Tensor { swish(slope: 1.702) }

  /// The sigmoid linear unit (SiLU, Swish) of each element: x · sigmoid(x), the gate of SwiGLU.
  ///
  /// Source: Shazeer, "GLU Variants Improve Transformer" (2020), §2.
  public func silu() -> Tensor { swish(slope: 1) }

  /// x · sigmoid(slope · x)
  private func swish(slope: Float) -> Tensor {
    let result = Tensor(uninitialized: shape)
    kernel_swish(pointer, slope, result.pointer, count)
    return result.recorded(from: [self]) { g in
      let gx = Tensor(uninitialized: self.shape)
      kernel_swish_gradient(self.pointer, slope, g.pointer, gx.pointer, self.count)
      return [gx]
    }
  }
}
