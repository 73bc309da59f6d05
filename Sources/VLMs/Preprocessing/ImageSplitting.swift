import Files
import Images

/// Splitting a large image into tiles: for more detail than one picture of the tower's size has.
///
/// The longer side of the image gets a given length, then both sides are stretched to multiples of the
/// tower's size, and the result is cut. So small images are enlarged, and all have many tiles. The
/// whole image follows, squashed to one picture.
///
/// - Reference: Marafioti et al., "SmolVLM" (2025), §2.2; transformers'
///   SmolVLMImageProcessor (its Pillow form).
public struct ImageSplitting: Sendable, Equatable {
  public typealias Size = ImagePreprocessor.Size

  /// The length of the longer side, in pixels.
  public var longestEdge: Int
  /// The side of a tile, in pixels.
  public var side: Int
  /// Whether the image is cut into tiles; if not, only the whole is read.
  public var cuts: Bool

  /// The size after the first resizing; the shorter side is even.
  func fitted(_ size: Size) -> Size {
    let aspect = Double(size.width) / Double(size.height)
    func even(_ length: Double) -> Int { max(1, Int(length) + Int(length) % 2) }
    return size.width >= size.height
      ? Size(width: longestEdge, height: even(Double(longestEdge) / aspect))
      : Size(width: even(Double(longestEdge) * aspect), height: longestEdge)
  }

  /// The size of all tiles together, from the size after the first resizing.
  func stretched(_ size: Size) -> Size {
    let aspect = Double(size.width) / Double(size.height)
    func multiple(_ length: Int) -> Int { (length + side - 1) / side * side }
    if size.width >= size.height {
      let width = multiple(size.width)
      return Size(width: width, height: multiple(Int(Double(width) / aspect)))
    }
    let height = multiple(size.height)
    return Size(width: multiple(Int(Double(height) * aspect)), height: height)
  }

  /// The whole image as one picture, and its tiles row by row with their columns × rows; no tiles if
  /// the image is no larger than one.
  func pictures(
    of image: RGBImage, filter: ResizeFilter
  ) throws(ImagePreprocessorError) -> (whole: RGBImage, tiles: [RGBImage], grid: Size?) {
    func resized(_ image: RGBImage, _ size: Size) -> RGBImage {
      image.resized(width: size.width, height: size.height, filter: filter)
    }
    let square = Size(width: side, height: side)
    let size = Size(width: image.width, height: image.height)
    let target = fitted(size)
    guard target.width <= Limits.imagePixels / max(target.height, image.height) else {
      throw .tooLong(size, becomes: target)
    }
    let first = resized(image, target)
    guard cuts else { return (resized(first, square), [], nil) }
    let all = stretched(target)
    let second = resized(first, all)
    guard all != square else { return (second, [], nil) }
    let grid = Size(width: all.width / side, height: all.height / side)
    let tiles = (0..<grid.height).flatMap { row in
      (0..<grid.width).map { column in
        second.cropped(x: column * side, y: row * side, width: side, height: side)
      }
    }
    return (resized(second, square), tiles, grid)
  }
}

extension ImagePreprocessor {
  /// SmolVLM: tiles and the whole image, with bytes mapped to −1 … 1.
  static func split(_ config: JSONValue) throws -> ImagePreprocessor {
    let half = Normalization(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
    var result = try common(config, half)
    if !config["resample"].exists { result.filter = .lanczos }
    guard try config.does("do_resize") else { throw config["do_resize"].unsupported(["true"]) }
    // Of batches and videos.
    for key in ["do_pad", "return_row_col_info", "video_sampling"] { _ = config[key] }
    let (edge, tile) = (config["size"]["longest_edge"], config["max_image_size"]["longest_edge"])
    for key in ["height", "width", "shortest_edge"] where config["size"][key].exists {
      throw config["size"][key].unsupported(["a longest_edge alone"])
    }
    let splitting = ImageSplitting(
      longestEdge: try edge.int(sides, default: config["size"].exists ? nil : 1456),
      side: try tile.int(sides, default: config["max_image_size"].exists ? nil : 364),
      cuts: try config.does("do_image_splitting"))
    try checkTiles(along: edge, splitting.longestEdge, side: splitting.side)
    result.splitting = splitting
    return result
  }
}
