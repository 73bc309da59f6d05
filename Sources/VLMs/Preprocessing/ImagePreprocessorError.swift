import Images

/// Why a picture cannot be prepared, in one line.
public enum ImagePreprocessorError: Error, Equatable, Sendable, CustomStringConvertible {
  case tooLong(ImagePreprocessor.Size, becomes: ImagePreprocessor.Size)
  case differentSizes(ImagePreprocessor.Size, ImagePreprocessor.Size)

  public var description: String {
    switch self {
    case .tooLong(let size, let larger):
      "a picture of \(size.width)×\(size.height) pixels would be resized to \(larger.width)×"
        + "\(larger.height), by more than \(RGBImage.maximumPNGPixels) pixels: cut it first"
    case .differentSizes(let first, let second):
      "pictures of \(first.width)×\(first.height) and \(second.width)×\(second.height) pixels "
        + "cannot be one batch: this model does not resize, so resize them first"
    }
  }
}
