import Files
import Images

/// Bringing an image to the size that a model reads: resizing, then a center crop.
extension ImagePreprocessor {
  /// The size after resizing.
  public enum Target: Sendable, Equatable {
    /// The shorter side gets this length in pixels; the aspect ratio is kept.
    case shortestEdge(Int)
    /// As the shortest edge, but no longer than 1333/800 of it, and both sides rounded down to multiples
    /// of this number of pixels: ViLT's.
    case multiples(of: Int, shortestEdge: Int)
    /// The largest size of the same aspect ratio within this one.
    case within(Size)
    /// This size; the aspect ratio may change.
    case exactly(Size)
  }

  /// A size in pixels.
  public struct Size: Sendable, Equatable {
    public var width, height: Int

    /// A size in pixels.
    public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
  }

  func resized(_ image: RGBImage) throws(ImagePreprocessorError) -> RGBImage {
    guard let target else { return image }
    let size: Size
    switch target {
    case .exactly(let exactly): size = exactly
    case .within(let box): size = Self.largest(image, within: box)
    case .shortestEdge(let edge):  // the longer side is truncated, not rounded
      let short = min(image.width, image.height)
      size = Size(width: edge * image.width / short, height: edge * image.height / short)
    case .multiples(let divisor, let edge):
      size = Self.multiples(of: divisor, shortestEdge: edge, image)
    }
    guard size.width > 0, size.height > 0 else {
      var divisor = 1
      if case .multiples(let multiple, _) = target { divisor = multiple }
      throw .tooNarrow(Size(width: image.width, height: image.height), divisor: divisor)
    }
    // An extreme aspect ratio would give a huge image, or a huge intermediate one.
    guard size.width <= Limits.imagePixels / max(size.height, image.height) else {
      throw .tooLong(Size(width: image.width, height: image.height), becomes: size)
    }
    return image.resized(width: size.width, height: size.height, filter: filter)
  }

  /// The center of the image; pixels outside of it are black.
  func cropped(_ image: RGBImage) -> RGBImage {
    guard let crop else { return image }
    // >> rounds down for negative numbers too, as // does in Python.
    let (left, top) = ((image.width - crop.width) >> 1, (image.height - crop.height) >> 1)
    if left >= 0, top >= 0 {
      return image.cropped(x: left, y: top, width: crop.width, height: crop.height)
    }
    var cut = RGBImage(width: crop.width, height: crop.height, color: .init(0, 0, 0))
    for y in max(0, -top)..<min(crop.height, image.height - top) {
      for x in max(0, -left)..<min(crop.width, image.width - left) {
        cut[x, y] = image[x + left, y + top]
      }
    }
    return cut
  }
}
