import NanoVLA
import Tensors

/// A depthwise convolution: each channel of an image by itself, over windows of K×K pixels.
///
/// It mixes neighbors, and no channels; a linear layer on each pixel mixes channels, and no neighbors.
/// The two together cost far less than one convolution of all channels.
///
/// In ``FastViT`` it is re-parameterized: while it was trained it was a sum of several convolutions, batch
/// norms and a residual connection. All are linear, so afterwards one convolution has their sum.
///
/// - Letters: B images, H×W pixels, C channels, O outputs.
/// - Reference: Ding et al., "RepVGG" (2021), §3.3.
public final class DepthwiseConvolution: Layer {
  public let weight: Tensor  // [O, K, K]
  public let bias: Tensor?  // [O]
  public let stride: Int

  /// - Parameters:
  ///   - inputs: C.
  ///   - outputs: O, a multiple of C; nil for C.
  ///   - size: K, odd.
  ///   - isResidual: whether it begins as the identity and a small change, so that deep stacks of it do.
  public init(
    inputs: Int, outputs: Int? = nil, size: Int, stride: Int = 1, bias: Bool = true,
    isResidual: Bool = false, using random: inout SeededRandom
  ) {
    let (O, taps, bound) = (outputs ?? inputs, size * size, 1 / Float(size))
    weight = Tensor.computed([O, size, size]) {
      (0..<O * taps).map { index in
        let identity: Float = isResidual && index % taps == taps / 2 ? 1 : 0
        return identity + random.uniform(in: -bound...bound)
      }
    }.asParameter()
    self.bias = bias ? Tensor.zeros([O]).asParameter() : nil
    self.stride = stride
  }

  /// - Parameter x: [B, H, W, C]
  /// - Returns: [B, ⌈H / stride⌉, ⌈W / stride⌉, O]
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.depthwiseConvolved(weight: weight, bias: bias, stride: stride)
  }
}

/// A depthwise convolution, which mixes neighbors, then a linear layer on each pixel, which mixes channels.
public final class DepthwiseSeparable: Layer {
  public let depthwise: DepthwiseConvolution
  public let pointwise: Linear

  init(inputs: Int, outputs: Int, size: Int, using random: inout SeededRandom) {
    depthwise = DepthwiseConvolution(
      inputs: inputs, outputs: outputs, size: size, stride: 2, using: &random)
    pointwise = Linear(inputs: outputs, outputs: outputs, using: &random)
  }

  /// Halves both sides: [B, H, W, C] → [B, ⌈H/2⌉, ⌈W/2⌉, O].
  public func callAsFunction(_ x: Tensor) -> Tensor {
    pointwise(depthwise(x).geluExact()).geluExact()  // [B, H, W, C] → [B, H', W', O]
  }
}

/// Batch norm with the statistics of its training: each channel is shifted and scaled by constants.
///
/// The mean and the variance are those of the images that it was trained on. They belong to the
/// checkpoint but do not learn: no gradient reaches them.
///
/// - Reference: Ioffe and Szegedy, "Batch Normalization" (2015), algorithm 2.
public final class BatchNorm: Layer {
  public let weight: Tensor  // [C]
  public let bias: Tensor  // [C]
  public let mean: Tensor  // [C]
  public let variance: Tensor  // [C]
  public let epsilon: Float

  init(width: Int, epsilon: Float = 1e-5) {
    weight = Tensor.full([width], 1).asParameter()
    bias = Tensor.zeros([width]).asParameter()
    mean = Tensor.zeros([width]).asParameter()
    variance = Tensor.full([width], 1).asParameter()
    self.epsilon = epsilon
  }

  /// [..., C] → [..., C]
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let scale = weight / (variance.detached() + epsilon).sqrt()  // [C]
    return x * scale + (bias - mean.detached() * scale)
  }
}

/// Squeeze and excitation: the mean over all pixels decides how much of each channel passes.
///
/// - Reference: Hu et al., "Squeeze-and-Excitation Networks" (2018), §3.
public final class SqueezeExcitation: Layer {
  public let reduce: Linear  // C → C / 16
  public let expand: Linear  // C / 16 → C

  init(width: Int, hidden: Int, using random: inout SeededRandom) {
    reduce = Linear(inputs: width, outputs: hidden, using: &random)
    expand = Linear(inputs: hidden, outputs: width, using: &random)
  }

  /// [B, H, W, C] → [B, H, W, C]
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let (B, C) = (x.dim(0), x.dim(3))
    let mean = x.reshaped([B, -1, C]).mean(axis: 1)  // [B, H, W, C] → [B, H·W, C] → [B, C]
    let gate = expand(reduce(mean).relu()).sigmoid()  // [B, C] → [B, C/16] → [B, C]
    return x * gate.reshaped([B, 1, 1, C])  // [B, H, W, C] · [B, 1, 1, C]
  }
}
