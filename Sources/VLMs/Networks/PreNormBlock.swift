import NanoVLA
import Tensors

/// A pre-norm transformer block of exchangeable parts: where published models differ.
///
/// The course's ``TransformerBlock`` has one kind of norm, attention and MLP. Here each is a part:
/// layer norm or RMS norm, heads in groups with rotary positions and a cache, an MLP or SwiGLU. A
/// layer scale, where a model has one, multiplies each step before it is added; small values
/// stabilize deep stacks.
///
///     x ← x + s₁ · attention(norm₁(x)),   x ← x + s₂ · mlp(norm₂(x))
///
/// - Letters: B sequences, T tokens, D width.
/// - Reference: Xiong et al., "On Layer Normalization in the Transformer Architecture" (2020), fig.
///   1b; Touvron et al., "Going deeper with Image Transformers" (2021), §2, for the layer
///   scale.
public final class PreNormBlock: Module {
  public let norm1: any Layer
  public let attention: GroupedQueryAttention
  public let layerScale1: Tensor?  // [D]
  public let norm2: any Layer
  public let feedForward: any Layer
  public let layerScale2: Tensor?  // [D]

  /// - Parameters:
  ///   - norm: makes each of the two norms, such as ``LayerNorm`` or ``RMSNorm`` of width D.
  ///   - attention: of width D.
  ///   - feedForward: ``MLP`` or ``SwiGLU``, [B, T, D] → [B, T, D].
  ///   - layerScale: makes the initial s₁ and s₂, [D]; nil for none.
  public init(
    norm: () -> any Layer, attention: GroupedQueryAttention, feedForward: any Layer,
    layerScale: (() -> Tensor)? = nil
  ) {
    (norm1, norm2) = (norm(), norm())
    (self.attention, self.feedForward) = (attention, feedForward)
    (layerScale1, layerScale2) = (layerScale?().asParameter(), layerScale?().asParameter())
  }

  /// - Parameters:
  ///   - x: [B, T, D]
  ///   - mask: see ``AttentionMask``.
  ///   - cache: this layer's keys and values of earlier tokens.
  /// - Returns: [B, T, D]
  public func callAsFunction(
    _ x: Tensor, mask: Tensor? = nil, cache: KeyValueCache.Layer? = nil
  ) -> Tensor {
    let attended = attention(norm1(x), mask: mask, cache: cache).output  // [B, T, D] → [B, T, D]
    let residual = x + scaled(attended, by: layerScale1)  // [B, T, D] · [D] → [B, T, D]
    let mlpOutput = feedForward(norm2(residual))  // [B, T, D] → [B, T, D]
    return (residual + scaled(mlpOutput, by: layerScale2))
      .traced("block", "input + attention output + MLP output")
  }

  private func scaled(_ step: Tensor, by scale: Tensor?) -> Tensor {
    scale.map { step * $0 } ?? step
  }

  /// `depth` blocks with layer norms, multi-head attention and MLPs: GPT-2, OPT and the vision
  /// towers are stacks of these.
  static func stack(
    depth: Int, width: Int, heads: Int, hidden: Int, activation: Activation,
    inputBias: Bool = true, epsilon: Float = 1e-5, layerScale: (() -> Tensor)? = nil,
    using random: inout SeededRandom
  ) -> [PreNormBlock] {
    var blocks: [PreNormBlock] = []
    for _ in 0..<depth {
      blocks.append(
        PreNormBlock(
          norm: { LayerNorm(width: width, epsilon: epsilon) },
          attention: GroupedQueryAttention(
            width: width, heads: heads, inputBias: inputBias, using: &random),
          feedForward: MLP(width: width, hidden: hidden, activation: activation, using: &random),
          layerScale: layerScale))
    }
    return blocks
  }
}

extension [PreNormBlock] {
  /// Applies the blocks in order.
  /// - Parameters:
  ///   - x: [B, T, D]
  ///   - mask: see ``AttentionMask``.
  ///   - cache: one layer for each block.
  ///   - observe: called with the output of each block, [B, T, D].
  /// - Returns: the last block's output, [B, T, D].
  public func callAsFunction(
    _ x: Tensor, mask: Tensor? = nil, cache: KeyValueCache? = nil,
    observe: (Tensor) -> Void = { _ in }
  ) -> Tensor {
    var x = x
    for (index, block) in enumerated() {
      x = block(x, mask: mask, cache: cache?.layers[index])  // [B, T, D] → [B, T, D]
      observe(x)
    }
    return x
  }
}
