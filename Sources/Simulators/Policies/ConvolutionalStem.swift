import NanoVLA
import Tensors

/// A convolutional stem: two or three small convolutions before a transformer.
///
/// A patch embedding must learn for each place inside a patch anew what a small object looks like. A
/// convolution has the same weights at every place, so that an object seen in fifty places is known in
/// all others. Each layer halves the side. The fine map, of the layer before the last, is where queries
/// point; the last layer's places are the transformer's patch tokens.
///
///     mapᵢ₊₁ = GELU(W windows₃ₓ₃(mapᵢ) + b), every second window
///
/// - Letters: N images, H×W pixels, c channels of the fine map, P = (H/8)·(W/8) tokens, D width.
/// - Reference: Xiao et al., "Early Convolutions Help Transformers See Better" (2021), §4. Left out:
///   batch normalization; one layer normalization of each result takes its place.
public final class ConvolutionalStem: Module {
  /// Each layer halves the side.
  static let reduction = 8
  public let layers: [Linear]  // 9·3 → c/2, 9·c/2 → c, 9·c → D
  public let fineNorm, norm: LayerNorm
  public let places: Tensor  // [P, D]

  /// A stem for images of `imageSize` pixels a side, a multiple of 8, with `channels` = c, even.
  public init(imageSize: Int, channels: Int, width: Int, using random: inout SeededRandom) {
    guard imageSize % Self.reduction == 0, channels % 2 == 0 else {
      fatalError("stem: \(imageSize) pixels, \(channels) channels: no multiples of 8 and of 2")
    }
    let widths = [3, channels / 2, channels, width]
    var layers: [Linear] = []
    for (inputs, outputs) in zip(widths, widths.dropFirst()) {
      // √6 / √I is He's bound: half of the values are lost in the activation.
      layers.append(
        .smallInitialization(
          inputs: 9 * inputs, outputs: outputs, scale: Float(6).squareRoot(), using: &random))
    }
    self.layers = layers
    (fineNorm, norm) = (LayerNorm(width: channels), LayerNorm(width: width))
    places = PositionEncoding.grid(side: imageSize / Self.reduction, width: width).asParameter()
  }

  /// [N, H, W, 3] → the fine map [N, H/4·W/4, c], row by row, and tokens [N, P, D].
  public func callAsFunction(_ images: Tensor) -> (fine: Tensor, tokens: Tensor) {
    let N = images.dim(0)
    let half = layers[0](images.windows(3, stride: 2)).gelu()  // → [N, H/2, W/2, c/2]
    let quarter = layers[1](half.windows(3, stride: 2)).gelu()  // → [N, H/4, W/4, c]
      .traced("fine map", "what is at each place, in small windows")
    let eighth = layers[2](quarter.windows(3, stride: 2)).gelu()  // → [N, H/8, W/8, D]
    let tokens = norm(eighth.reshaped([N, -1, eighth.dim(3)]))  // [N, H/8, W/8, D] → [N, P, D]
    let fine = fineNorm(quarter.reshaped([N, -1, quarter.dim(3)]))  // → [N, H/4·W/4, c]
    return (fine, (tokens + places).traced("patch tokens", "convolved; each place adds its vector"))
  }
}
