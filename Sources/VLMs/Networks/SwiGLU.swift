import NanoVLA
import Tensors

/// SwiGLU: a feed-forward layer whose hidden numbers are opened and closed by a gate.
///
/// Two layers read the token: one proposes hidden numbers, the other says how far each is let
/// through. A product of two readings can do what a sum cannot, such as "this, but only if that".
///
///     y = W_down (SiLU(W_gate x) · W_up x)
///
/// Letters: B sequences, T tokens, D width, F hidden width.
///
/// Reference: Shazeer, "GLU Variants Improve Transformer" (2020), equation 6; without biases.
public final class SwiGLU: Layer {
  public let gate: Linear
  public let up: Linear
  public let down: Linear
  public let activation: Activation

  /// - Parameter activation: of the gate; SiLU gives SwiGLU, a GELU gives GeGLU.
  public init(
    width: Int, hidden: Int, activation: Activation = .silu, bias: Bool = false,
    using random: inout SeededRandom
  ) {
    gate = Linear(inputs: width, outputs: hidden, bias: bias, using: &random)
    up = Linear(inputs: width, outputs: hidden, bias: bias, using: &random)
    down = Linear(inputs: hidden, outputs: width, bias: bias, using: &random)
    self.activation = activation
  }

  /// - Parameter x: [B, T, D]
  /// - Returns: [B, T, D]
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let hidden = activation(gate(x)) * up(x)  // [B, T, D] → [B, T, F]
    return down(hidden.traced("hidden", "each token by itself, widened and gated"))  // → [B, T, D]
  }
}
