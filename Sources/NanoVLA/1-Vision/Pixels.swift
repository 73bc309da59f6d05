import Images
import Tensors

/// Bytes become numbers that a network likes: most near 0, few beyond ±4.
///
/// Subtract the mean colour of the scene, divide by the spread. Every published vision model comes
/// with such constants, and a model fed with another's sees a world of wrong colours. These are the
/// toy world's own, near its table's color.
///
/// Letters: B images, H height, W width; 3 colours.
public enum Pixels {
  /// The average pixel, 0…255.
  static let mean: (red: Float, green: Float, blue: Float) = (224, 208, 181)
  /// How far a typical coloured pixel lies from it.
  static let spread: Float = 50

  /// - Parameter images: B images of one size.
  /// - Returns: [B, H, W, 3]
  public static func tensor(of images: [RGBImage]) -> Tensor {
    guard let first = images.first else { fatalError("pixels: no images") }
    var values: [Float] = []
    values.reserveCapacity(images.count * first.pixels.count)
    for image in images {
      guard image.width == first.width, image.height == first.height else {
        fatalError(
          "pixels: an image of \(image.width)×\(image.height) among \(first.width)×\(first.height)")
      }
      values += colours(of: image)
    }
    return Tensor(values, shape: [images.count, first.height, first.width, 3])
  }

  private static func colours(of image: RGBImage) -> [Float] {
    [Float](unsafeUninitializedCapacity: image.pixels.count) { buffer, count in
      image.pixels.withUnsafeBufferPointer { bytes in
        for pixel in stride(from: 0, to: bytes.count, by: 3) {
          buffer[pixel] = (Float(bytes[pixel]) - mean.red) / spread
          buffer[pixel + 1] = (Float(bytes[pixel + 1]) - mean.green) / spread
          buffer[pixel + 2] = (Float(bytes[pixel + 2]) - mean.blue) / spread
        }
      }
      count = image.pixels.count
    }
  }
}
