import Images
import Tensors

/// Image preprocessing: an image becomes the input values that a published model was trained on.
///
/// The image is brought to the model's size in one of two ways: CLIP keeps the aspect ratio (the
/// shorter side becomes S, then a center crop, so the ends of the longer side are lost); BLIP and
/// OpenVLA change it and keep the whole image. Then each byte is scaled, the color's mean subtracted,
/// and the result divided by its standard deviation. With another preprocessing a model still runs,
/// but its answers get worse; so the settings in the model's folder are reproduced bit by bit.
///
/// OpenVLA has two vision towers with different constants: N = 2 normalizations of one image, the
/// second one's three channels after the first one's. All others have N = 1.
///
/// - Letters: B images, H height, W width; 3·N channels.
/// - Reference: transformers' CLIPImageProcessor and BlipImageProcessor (their Pillow and NumPy
///   form; the torchvision form differs in some values by one level of 255); OpenVLA's
///   PrismaticImageProcessor.
public struct ImagePreprocessor: Sendable, Equatable {
  /// The size after resizing; nil leaves images unchanged.
  public var target: Target?
  /// The resampling filter.
  public var filter: ResizeFilter
  /// The size of the center crop; nil for none.
  public var crop: Size?
  /// The size to which zeros at the right and at the bottom fill up, after normalization; nil for none.
  public var padding: Size?
  /// The tiles that follow the whole image, see ``prepare(_:)``; nil for none.
  public var tiling: Tiling?
  /// How images are split into tiles of equal size instead, see ``ImageSplitting``; nil if they are not.
  public var splitting: ImageSplitting?
  /// The factor of each byte, usually 1/255; nil for 1.
  public var scale: Double?
  /// One per vision tower; each gives three channels.
  public var normalizations: [Normalization]

  /// A preprocessor with these settings.
  public init(
    target: Target? = nil, filter: ResizeFilter = .bicubic, crop: Size? = nil, scale: Double?,
    normalizations: [Normalization]
  ) {
    (self.target, self.filter, self.crop, self.scale) = (target, filter, crop, scale)
    self.normalizations = normalizations
  }

  /// For models of nano size: resizes to a square, maps bytes to −1 … 1, once per tower.
  public static func nano(
    side: Int, towers: Int = 1, tiling: Tiling? = nil
  ) -> ImagePreprocessor {
    let half = Normalization(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
    var nano = ImagePreprocessor(
      target: .exactly(Size(width: side, height: side)), scale: 1.0 / 255,
      normalizations: Array(repeating: half, count: towers))
    nano.tiling = tiling
    return nano
  }

  /// Preprocesses a batch.
  /// - Parameter images: B ≥ 1 images of any size.
  /// - Returns: [B, H, W, 3·N]
  /// - Throws: ``ImagePreprocessorError`` if an image cannot be resized, or sizes differ in the end.
  public func callAsFunction(_ images: [RGBImage]) throws(ImagePreprocessorError) -> Tensor {
    guard !images.isEmpty else { fatalError("image preprocessor: no images") }
    var values: [Float] = []
    var common: Size?
    let channels = levels()
    for image in images {
      let fitted = cropped(try resized(image))
      let size = padding ?? Size(width: fitted.width, height: fitted.height)
      guard size == common ?? size else { throw .differentSizes(common!, size) }
      common = size
      values += padded(self.values(of: fitted, channels), width: fitted.width)
    }
    return Tensor(
      values, shape: [images.count, common!.height, common!.width, 3 * normalizations.count])
  }

  /// The value of each of the 256 bytes in each channel: [3·N][256]
  private func levels() -> [[Float]] {
    normalizations.flatMap { normalization in
      zip(normalization.mean, normalization.std).map { mean, std in
        (0..<256).map { byte in
          // As NumPy: the product in float64, rounded to float32; the rest in float32.
          let x = Float(Double(byte) * (scale ?? 1))
          return (x - mean) / std
        }
      }
    }
  }

  /// [H, W, 3] → [H, W, 3·N]
  private func values(of image: RGBImage, _ channels: [[Float]]) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(image.width * image.height * channels.count)
    for pixel in stride(from: 0, to: image.pixels.count, by: 3) {
      for (channel, levels) in channels.enumerated() {
        values.append(levels[Int(image.pixels[pixel + channel % 3])])
      }
    }
    return values
  }
}

extension ImagePreprocessor {
  /// Mean and standard deviation of red, green and blue, after `scale`.
  public struct Normalization: Sendable, Equatable {
    public var mean, std: [Float]

    public init(mean: [Float], std: [Float]) { (self.mean, self.std) = (mean, std) }
  }
}
