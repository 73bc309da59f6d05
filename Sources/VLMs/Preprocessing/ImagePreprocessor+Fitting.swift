// A picture brought to the size that a model reads: resized, then the middle cut out.

import Images

extension ImagePreprocessor {
  public enum Target: Sendable, Equatable {
    case shortestEdge(Int)
    case exactly(Size)
  }

  public struct Size: Sendable, Equatable {
    public var width, height: Int

    public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
  }

  func resized(_ image: RGBImage) throws(ImagePreprocessorError) -> RGBImage {
    guard let target else { return image }
    let size: Size
    switch target {
    case .exactly(let exactly): size = exactly
    case .shortestEdge(let edge):  // the long side is cut down to a whole number, not rounded
      let short = min(image.width, image.height)
      size = Size(width: edge * image.width / short, height: edge * image.height / short)
    }
    // A line of pixels would become a picture of any size; also halfway, with just the rows resized.
    guard size.width <= RGBImage.maximumPNGPixels / max(size.height, image.height) else {
      throw .tooLong(Size(width: image.width, height: image.height), becomes: size)
    }
    return image.resized(width: size.width, height: size.height, filter: filter)
  }

  /// The middle part; what lies outside the picture is black.
  func cropped(_ image: RGBImage) -> RGBImage {
    guard let crop else { return image }
    // Shifting rounds down, also below 0, as Python's // does.
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
