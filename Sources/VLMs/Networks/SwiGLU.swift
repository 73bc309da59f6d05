import NanoVLA
import Tensors

/// SwiGLU: a feed-forward layer with a gate.
///
/// Two linear layers read the token: one computes hidden values, the other a gate for each of them.
/// The product of the two can express more than one linear layer and a nonlinearity.
///
///     y = W_down (SiLU(W_gate x) · W_up x)
///
/// - Letters: B sequences, T tokens, D width, F hidden width.
/// - Reference: Shazeer, "GLU Variants Improve Transformer" (2020), equation 6; without biases.
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
