/// Layer normalization: each row is shifted and scaled to mean 0 and variance 1, then multiplied by
/// a learned gain and shifted by a learned bias.
///
/// y = (x − mean) / √(variance + ε) · gain + bias. It keeps the size of the residual stream's rows
/// under control, however deep the network.
/// Source: Ba, Kiros and Hinton, "Layer Normalization" (2016), §3.
public final class LayerNorm: Layer {
  /// The gain, [D], 1 at first.
  public let weight: Tensor
  /// The bias, [D], 0 at first.
  public let bias: Tensor
  /// ε, which keeps the division finite.
  public let epsilon: Float

  /// - Parameter width: D, the length of the last axis.
  public init(width: Int, epsilon: Float = 1e-5) {
    weight = Tensor.full([width], 1).asParameter()
    bias = Tensor.zeros([width]).asParameter()
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.layerNormalized(gain: weight, bias: bias, epsilon: epsilon)  // [..., D]
  }
}

/// Root-mean-square normalization: each row is scaled to a root mean square of 1, then multiplied
/// by a learned gain.
///
/// y = x / √(mean(x²) + ε) · gain: layer norm without the mean and the bias, as in Llama. Gemma stores
/// the gain's difference from 1, so that weight decay pulls the gain to 1 and not to 0.
/// Source: Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019), §3.
public final class RMSNorm: Layer {
  /// The gain less ``offset``, [D]; the gain is 1 at first.
  public let weight: Tensor
  /// What is added to ``weight``: 0, or 1 in Gemma.
  public let offset: Float
  /// ε, which keeps the division finite.
  public let epsilon: Float

  /// - Parameter width: D, the length of the last axis.
  public init(width: Int, epsilon: Float = 1e-5, offset: Float = 0) {
    weight = Tensor.full([width], 1 - offset).asParameter()
    (self.epsilon, self.offset) = (epsilon, offset)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.rmsNormalized(gain: offset == 0 ? weight : weight + offset, epsilon: epsilon)  // [..., D]
  }
}
