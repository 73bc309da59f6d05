import Foundation
import Images

/// Tiles of an image, for more detail than one picture of the vision tower's size has.
///
/// Of a list of resolutions, each a multiple of the tower's size, the one is chosen that keeps most of
/// the image's pixels and, among equals, wastes the fewest of its own. The image is resized to fit
/// into it with its aspect ratio, centered on black, and cut into tiles.
///
/// - Reference: Liu et al., "LLaVA-NeXT: Improved reasoning, OCR, and world knowledge" (2024),
///   dynamic high resolution; transformers' LlavaNextImageProcessor (its Pillow form).
public struct Tiling: Sendable, Equatable {
  public typealias Size = ImagePreprocessor.Size

  /// The resolutions to choose from, in pixels.
  public var resolutions: [Size]
  /// The side of a tile, in pixels.
  public var side: Int

  /// Tiles of `side`² pixels, for images of these resolutions.
  public init(resolutions: [Size], side: Int) {
    (self.resolutions, self.side) = (resolutions, side)
  }

  /// The best of the resolutions for an image of `size`.
  public func resolution(for size: Size) -> Size {
    var best = (size: Size(width: side, height: side), kept: 0, wasted: Int.max)
    for resolution in resolutions {
      let scale = min(
        Double(resolution.width) / Double(size.width),
        Double(resolution.height) / Double(size.height))
      let fitted = Int(Double(size.width) * scale) * Int(Double(size.height) * scale)
      let kept = min(fitted, size.width * size.height)
      let wasted = resolution.width * resolution.height - kept
      if kept > best.kept || kept == best.kept && wasted < best.wasted {
        best = (resolution, kept, wasted)
      }
    }
    return best.size
  }

  /// The tiles of an image, row by row, and their columns × rows.
  func tiles(of image: RGBImage, filter: ResizeFilter) -> (tiles: [RGBImage], grid: Size) {
    let size = Size(width: image.width, height: image.height)
    let resolution = resolution(for: size)
    let fitted = Self.fitted(size, into: resolution)
    let resized = image.resized(width: fitted.width, height: fitted.height, filter: filter)
    var canvas = RGBImage(
      width: resolution.width, height: resolution.height, color: .init(0, 0, 0))
    canvas.paste(
      resized, x: (resolution.width - fitted.width) / 2, y: (resolution.height - fitted.height) / 2)
    let grid = Size(width: resolution.width / side, height: resolution.height / side)
    let tiles = (0..<grid.height).flatMap { row in
      (0..<grid.width).map { column in
        canvas.cropped(x: column * side, y: row * side, width: side, height: side)
      }
    }
    return (tiles, grid)
  }

  /// The largest size with the aspect ratio of `size` inside `target`; the other side is rounded up.
  private static func fitted(_ size: Size, into target: Size) -> Size {
    let across = Double(target.width) / Double(size.width)
    let down = Double(target.height) / Double(size.height)
    if across < down {
      let height = Int((Double(size.height) * across).rounded(.up))
      return Size(width: target.width, height: min(height, target.height))
    }
    let width = Int((Double(size.width) * down).rounded(.up))
    return Size(width: min(width, target.width), height: target.height)
  }
}
