import Foundation

// Functions of published models, composed of other primitives.

extension Tensor {
  /// x σ(x)
  public func silu() -> Tensor { self * sigmoid() }

  /// x σ(1.702 x)
  public func quickGELU() -> Tensor { self * (self * 1.702).sigmoid() }

  /// x Φ(x), Φ the normal distribution, by the error function.
  public func geluExact() -> Tensor {
    func below(_ x: Float) -> Float { 0.5 * (1 + erff(x * Float(0.5).squareRoot())) }
    let result = Tensor(uninitialized: shape)
    for i in 0..<count { result.pointer[i] = pointer[i] * below(pointer[i]) }
    return result.recordedElementwise(from: self) { x, _ in
      below(x) + x * expf(-x * x / 2) / (2 * Float.pi).squareRoot()
    }
  }

  /// x / √(mean of x² + ε) · gain along the last axis.
  public func rmsNormalized(gain: Tensor, epsilon: Float) -> Tensor {
    self / (squared().mean(axis: -1, keepingDimension: true) + epsilon).sqrt() * gain
  }
}
