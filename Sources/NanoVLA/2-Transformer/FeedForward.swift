import Tabletop
import Tensors

/// The feed-forward layer: each token by itself, through a wider hidden layer and back.
///
/// Attention moves information between tokens; this is where each token works on what it got.
///
/// Letters: B sequences, T tokens, D width, F hidden width.
///
/// Reference: Vaswani et al., "Attention Is All You Need" (2017), section 3.3, with GELU.
public final class FeedForward: Layer {
  public let expand: Linear
  public let contract: Linear
  public let activation: Activation

  /// - Parameter outputs: the width that comes out, if it is not D.
  public init(
    width: Int, hidden: Int, outputs: Int? = nil, activation: Activation = .geluTanh,
    bias: Bool = true, using random: inout SeededRandom
  ) {
    expand = Linear(inputs: width, outputs: hidden, bias: bias, using: &random)
    contract = Linear(inputs: hidden, outputs: outputs ?? width, bias: bias, using: &random)
    self.activation = activation
  }

  /// - Parameter x: [B, T, D]
  /// - Returns: [B, T, D]
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let hidden = activation(expand(x))  // [B, T, D] → [B, T, F]
      .traced("hidden", "each token by itself, widened")
    return contract(hidden)  // [B, T, F] → [B, T, D]
  }
}
