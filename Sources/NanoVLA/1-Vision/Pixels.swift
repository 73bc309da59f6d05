import Images
import Tensors

/// Pixel normalization: bytes become numbers with a mean near 0 and a size near 1.
///
/// Every published vision model comes with such constants, and a model given images normalized with
/// another's performs worse. These are the toy world's own, near the color of its table.
///
///     x = (byte − mean) / scale
///
/// - Letters: B images, H height, W width, 3 colors.
/// - Reference: LeCun et al., "Efficient BackProp" (1998), §4.3, on normalizing inputs.
public enum Pixels {
  /// The average pixel, 0…255.
  static let mean: (red: Float, green: Float, blue: Float) = (224, 208, 181)
  /// About the standard deviation of a colored pixel.
  static let scale: Float = 50

  /// Normalizes B images of one size, at least one: → [B, H, W, 3].
  public static func tensor(of images: [RGBImage]) -> Tensor {
    guard let first = images.first else { fatalError("pixels: no images") }
    var values: [Float] = []
    values.reserveCapacity(images.count * first.pixels.count)
    for image in images {
      guard image.width == first.width, image.height == first.height else {
        fatalError(
          "pixels: an image of \(image.width)×\(image.height) among \(first.width)×\(first.height)")
      }
      values += normalized(image)
    }
    return Tensor(values, shape: [images.count, first.height, first.width, 3])
  }

  private static func normalized(_ image: RGBImage) -> [Float] {
    [Float](unsafeUninitializedCapacity: image.pixels.count) { buffer, count in
      image.pixels.withUnsafeBufferPointer { bytes in
        for pixel in stride(from: 0, to: bytes.count, by: 3) {
          buffer[pixel] = (Float(bytes[pixel]) - mean.red) / scale
          buffer[pixel + 1] = (Float(bytes[pixel + 1]) - mean.green) / scale
          buffer[pixel + 2] = (Float(bytes[pixel + 2]) - mean.blue) / scale
        }
      }
      count = image.pixels.count
    }
  }
}
