import Images
import Tensors

/// Image preprocessing: a picture becomes just the numbers that a published model was trained on.
///
/// The picture is brought to the model's size, in one of two ways: CLIP keeps the shape (short side
/// to S, then the middle cut out, so what lies at the ends is never seen); BLIP and OpenVLA squash
/// (all is seen, with changed proportions). Then bytes become numbers near 0 and a colour's mean is
/// subtracted and its spread divided out. A model that gets pictures prepared another way runs
/// without complaint and answers worse; so each model's folder says how, and here it is obeyed to
/// the last bit of each number.
///
/// OpenVLA has two vision towers with constants of their own: N = 2 normalisations of one picture,
/// the second's three channels after the first's. All others have N = 1.
///
/// Letters: B images, H height, W width; 3·N channels.
///
/// Source: transformers' CLIPImageProcessor and BlipImageProcessor (their Pillow and NumPy form; the
/// torchvision form differs in some values by one level of 255); OpenVLA's PrismaticImageProcessor.
public struct ImagePreprocessor: Sendable, Equatable {
  /// To which size; nil leaves pictures as they are.
  public var target: Target?
  public var filter: ResizeFilter
  /// The size of the middle part that is kept; nil keeps all.
  public var crop: Size?
  /// What each byte is multiplied by, mostly 1/255; nil is 1.
  public var scale: Double?
  /// One for each vision tower; each gives three channels.
  public var normalizations: [Normalization]

  public init(
    target: Target? = nil, filter: ResizeFilter = .bicubic, crop: Size? = nil, scale: Double?,
    normalizations: [Normalization]
  ) {
    (self.target, self.filter, self.crop, self.scale) = (target, filter, crop, scale)
    self.normalizations = normalizations
  }

  /// For models of nano size: squashed to a square, bytes to −1 … 1, once for each tower.
  public static func nano(side: Int, towers: Int = 1) -> ImagePreprocessor {
    let half = Normalization(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
    return ImagePreprocessor(
      target: .exactly(Size(width: side, height: side)), scale: 1.0 / 255,
      normalizations: Array(repeating: half, count: towers))
  }

  /// - Parameter images: B ≥ 1 pictures of any size.
  /// - Returns: [B, H, W, 3·N]
  public func callAsFunction(_ images: [RGBImage]) throws(ImagePreprocessorError) -> Tensor {
    guard !images.isEmpty else { fatalError("image preprocessor: no images") }
    var values: [Float] = []
    var common: Size?
    let channels = levels()
    for image in images {
      let cut = cropped(try resized(image))
      let size = Size(width: cut.width, height: cut.height)
      guard size == common ?? size else { throw .differentSizes(common!, size) }
      common = size
      values += numbers(of: cut, channels)
    }
    return Tensor(
      values, shape: [images.count, common!.height, common!.width, 3 * normalizations.count])
  }

  /// What each of the 256 bytes becomes in each channel: [3·N][256]
  private func levels() -> [[Float]] {
    normalizations.flatMap { normalization in
      zip(normalization.mean, normalization.std).map { mean, std in
        (0..<256).map { byte in
          // NumPy multiplies in 64 bits and rounds to 32; the rest is in 32 bits.
          let x = Float(Double(byte) * (scale ?? 1))
          return (x - mean) / std
        }
      }
    }
  }

  /// [H, W, 3] → [H, W, 3·N]
  private func numbers(of image: RGBImage, _ channels: [[Float]]) -> [Float] {
    var numbers: [Float] = []
    numbers.reserveCapacity(image.width * image.height * channels.count)
    for pixel in stride(from: 0, to: image.pixels.count, by: 3) {
      for (channel, levels) in channels.enumerated() {
        numbers.append(levels[Int(image.pixels[pixel + channel % 3])])
      }
    }
    return numbers
  }
}

extension ImagePreprocessor {
  /// Red, green, blue; after `scale`.
  public struct Normalization: Sendable, Equatable {
    public var mean, std: [Float]

    public init(mean: [Float], std: [Float]) { (self.mean, self.std) = (mean, std) }
  }
}
