import NanoVLA
import Tensors

/// A block of ``FastViT``: pixels are mixed, by a convolution or by attention, then each is transformed.
///
///     x ← convolution(x)  or  x ← x + s₁ · attention(norm(x)),   then x ← x + s₂ · mlp(x)
///
/// The convolution's residual connection is part of its re-parameterized weights.
///
/// - Letters: B images, H×W pixels, C channels, F hidden width.
/// - Reference: Vasu et al., "FastViT" (2023), §3 and figure 2.
public final class FastViTBlock: Module {
  public let convolution: DepthwiseConvolution?
  public let norm: LayerNorm?
  public let attention: GroupedQueryAttention?
  public let layerScale1: Tensor?  // [C]
  public let feedForward: ConvolutionalMLP
  public let layerScale2: Tensor  // [C]

  /// - Parameter heads: nil for a convolution.
  init(width: Int, hidden: Int, heads: Int?, using random: inout SeededRandom) {
    func scale() -> Tensor { Tensor.full([width], 0.1).asParameter() }
    convolution =
      heads == nil
      ? DepthwiseConvolution(inputs: width, size: 3, isResidual: true, using: &random) : nil
    norm = heads.map { _ in LayerNorm(width: width) }
    if let heads {
      attention = GroupedQueryAttention(
        width: width, heads: heads, inputBias: false, using: &random)
    } else {
      attention = nil
    }
    layerScale1 = heads.map { _ in scale() }
    feedForward = ConvolutionalMLP(width: width, hidden: hidden, using: &random)
    layerScale2 = scale()
  }

  /// [B, H, W, C] → [B, H, W, C]
  func callAsFunction(_ x: Tensor) -> Tensor {
    var x = convolution?(x) ?? x
    if let attention, let norm, let layerScale1 {
      let tokens = norm(x).reshaped([x.dim(0), -1, x.dim(3)])  // [B, H, W, C] → [B, H·W, C]
      let attended = attention(tokens).output * layerScale1  // [B, H·W, C] · [C]
      x = x + attended.reshaped(x.shape)  // [B, H·W, C] → [B, H, W, C]
    }
    return x + feedForward(x) * layerScale2  // [B, H, W, C] · [C]
  }
}

/// The feed-forward layer of a ``FastViTBlock``: it sees 7×7 neighbors before it transforms each pixel.
public final class ConvolutionalMLP: Layer {
  public let convolution: DepthwiseConvolution
  public let norm: BatchNorm
  public let expand: Linear  // C → F
  public let contract: Linear  // F → C

  init(width: Int, hidden: Int, using random: inout SeededRandom) {
    convolution = DepthwiseConvolution(inputs: width, size: 7, bias: false, using: &random)
    norm = BatchNorm(width: width)
    expand = Linear(inputs: width, outputs: hidden, using: &random)
    contract = Linear(inputs: hidden, outputs: width, using: &random)
  }

  /// [B, H, W, C] → [B, H, W, C]
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let mixed = norm(convolution(x))  // [B, H, W, C] → [B, H, W, C]
    return contract(expand(mixed).geluExact())  // [B, H, W, C] → [B, H, W, F] → [B, H, W, C]
  }
}
