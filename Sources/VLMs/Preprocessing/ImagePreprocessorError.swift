import Files
import Images

/// An image that cannot be preprocessed.
public enum ImagePreprocessorError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Resizing would give an image with too many pixels.
  case tooLong(ImagePreprocessor.Size, becomes: ImagePreprocessor.Size)
  /// Resizing would leave less than one patch of a side.
  case tooNarrow(ImagePreprocessor.Size, divisor: Int)
  /// Images of a batch have different sizes, and the model does not resize.
  case differentSizes(ImagePreprocessor.Size, ImagePreprocessor.Size)

  public var description: String {
    switch self {
    case .tooLong(let size, let larger):
      "an image of \(size.width)×\(size.height) pixels would be resized to \(larger.width)×"
        + "\(larger.height), more than \(Limits.imagePixels) pixels: crop it first"
    case .tooNarrow(let size, let divisor):
      "an image of \(size.width)×\(size.height) pixels is too narrow: resized, its shorter side would have "
        + "fewer than \(divisor) pixels; crop it first"
    case .differentSizes(let first, let second):
      "images of \(first.width)×\(first.height) and \(second.width)×\(second.height) pixels "
        + "cannot be one batch: this model does not resize, so resize them first"
    }
  }
}
