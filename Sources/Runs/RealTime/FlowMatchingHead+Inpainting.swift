import NanoVLA
import Tensors

/// Inpainting: a flow whose result agrees with given actions where a mask says so.
///
/// At each Euler step the flow's present guess of its result is x̂ = x − t·v(x, t). Where it differs
/// from the given y, the step is corrected toward y, by the gradient of the masked error through the
/// velocity field. So the free actions change too, to those that go with the given ones:
///
///     g = (∂x̂/∂x)ᵀ · w (y − x̂),   x ← x − Δt (v − λ g)
///     λ = min(β, t / ((1 − t) r²)),   r² = t² / (t² + (1 − t)²)
///
/// - Letters: N samples, S state numbers, K steps in a chunk, A action dimensions, time t from 1
///   (noise) to 0 (action), w the mask's weights (``SoftMask``), λ the guidance weight, β its limit.
/// - Reference: Black et al., "Real-Time Execution of Action Chunking Flow Policies" (2025), eq. 2 to
///   4, whose time runs from 0 to 1; Song et al., "Pseudoinverse-Guided Diffusion Models for Inverse
///   Problems" (ΠGDM, 2023), §3.
extension FlowMatchingHead {
  /// β: with few Euler steps a larger guidance weight overshoots.
  public static let guidanceLimit: Float = 5

  /// λ at time `t`.
  static func guidance(at t: Float) -> Float {
    guard t < 1 else { return guidanceLimit }
    return min(guidanceLimit, (t * t + (1 - t) * (1 - t)) / (t * (1 - t)))
  }

  /// The actions in N states [N, S] that agree with `given` [N, K, A] where `mask` [K] is 1, as
  /// ``actions(for:using:)`` gives them without. The head's parameters must be frozen: the gradient
  /// is for x alone.
  func actions(
    for state: Tensor, agreeingWith given: Tensor, where mask: [Float],
    using random: inout SeededRandom
  ) -> Tensor {
    guard given.shape == [state.dim(0), chunk, dimensions], mask.count == chunk else {
      fatalError(
        "inpainting: \(mask.count) weights and given actions \(given.shape), the head's are "
          + "\([state.dim(0), chunk, dimensions])")
    }
    let weights = Tensor(mask, shape: [1, chunk, 1])
    var x = Tensor.normal(given.shape, scale: 1, using: &random)  // [N, K, A]
    for step in 0..<integrationSteps {
      let t = 1 - Float(step) / Float(integrationSteps)
      let (velocity, gradient) = correction(of: x, at: t, state, toward: given, weights)
      x = x - (velocity - Self.guidance(at: t) * gradient) * (1 / Float(integrationSteps))
    }
    return x.traced("actions", "where the guided flow ends")
  }

  /// v(x, t), and g: both [N, K, A].
  func correction(
    of x: Tensor, at t: Float, _ state: Tensor, toward given: Tensor, _ weights: Tensor
  ) -> (velocity: Tensor, gradient: Tensor) {
    withGradient {
      let x = Tensor(x.values, shape: x.shape).asParameter()
      let velocity = velocity(x, at: Array(repeating: t, count: x.dim(0)), state)  // [N, K, A]
      let result = x - t * velocity  // x̂
      let error = weights * (given - result.detached())  // [1, K, 1] · [N, K, A] → [N, K, A]
      (result * error).sum().backward()
      return (velocity.detached(), x.gradient!)
    }
  }
}
