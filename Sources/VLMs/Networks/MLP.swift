import Tensors

/// The feed-forward layer of published models: the course's `FeedForward` with any activation.
///
/// - Letters: B sequences, T tokens, D inputs, F hidden width, E outputs.
/// - Reference: Vaswani et al., "Attention Is All You Need" (2017), §3.3.
public final class MLP: Layer {
  public let expand: Linear  // D → F
  public let contract: Linear  // F → E
  public let activation: Activation

  /// - Parameters:
  ///   - width: D.
  ///   - hidden: F.
  ///   - outputs: E; nil for D.
  ///   - activation: between the two layers.
  ///   - bias: whether both layers have one.
  public init(
    width: Int, hidden: Int, outputs: Int? = nil, activation: Activation, bias: Bool = true,
    using random: inout SeededRandom
  ) {
    expand = Linear(inputs: width, outputs: hidden, bias: bias, using: &random)
    contract = Linear(inputs: hidden, outputs: outputs ?? width, bias: bias, using: &random)
    self.activation = activation
  }

  /// - Parameter x: [B, T, D]
  /// - Returns: [B, T, E]
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let hidden = activation(expand(x))  // [B, T, D] → [B, T, F]
      .traced("hidden", "each token alone: wider, then the activation")
    return contract(hidden)  // [B, T, F] → [B, T, E]
  }
}
