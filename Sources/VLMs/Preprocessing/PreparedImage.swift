import Images
import Tensors

/// An image as a network reads it: one picture of the vision tower's size, or several.
///
/// A tower reads pictures of one size. A network that needs more detail gets the whole image at that
/// size and, after it, tiles of a larger version.
///
/// - Letters: N pictures, H×W pixels, C channels.
public struct PreparedImage {
  /// The whole image, then its tiles row by row, [N, H, W, C].
  public let pixels: Tensor
  /// Columns × rows of the tiles; nil if there is only the whole image.
  public let grid: ImagePreprocessor.Size?
  /// The size of the image before preprocessing, in pixels.
  public let size: ImagePreprocessor.Size

  /// An image of these parts.
  public init(
    pixels: Tensor, grid: ImagePreprocessor.Size? = nil, size: ImagePreprocessor.Size
  ) {
    let pictures = 1 + (grid.map { $0.width * $0.height } ?? 0)
    guard pixels.shape.count == 4, pixels.dim(0) == pictures else {
      fatalError("prepared image: pixels \(pixels.shape) of \(pictures) pictures")
    }
    (self.pixels, self.grid, self.size) = (pixels, grid, size)
  }
}

extension ImagePreprocessor {
  /// Prepares one image of any size.
  /// - Throws: ``ImagePreprocessorError`` if it cannot be resized.
  public func prepare(_ image: RGBImage) throws(ImagePreprocessorError) -> PreparedImage {
    let size = Size(width: image.width, height: image.height)
    if let splitting {
      let (whole, tiles, grid) = try splitting.pictures(of: image, filter: filter)
      return PreparedImage(pixels: try self([whole] + tiles), grid: grid, size: size)
    }
    guard let tiling else { return PreparedImage(pixels: try self([image]), size: size) }
    let whole = try resized(image)  // refused if it is too long, before the tiles are cut
    let (tiles, grid) = tiling.tiles(of: image, filter: filter)
    return PreparedImage(pixels: try self([whole] + tiles), grid: grid, size: size)
  }
}
