import Files

/// Reading tiles from a model's folder.
extension ImagePreprocessor {
  /// LLaVA-NeXT: the whole image as a square, and tiles of that size.
  static func tiled(_ config: JSONValue) throws -> ImagePreprocessor {
    var result = try clip(config)
    guard result.target != nil else { throw config["do_resize"].unsupported(["true"]) }
    _ = config["do_pad"]  // of a batch of images with different numbers of tiles
    _ = try config["aspect_ratio_setting"].choice(["anyres": true], default: "anyres")
    let square: Size
    switch result.target {
    case .shortestEdge(let side): square = Size(width: side, height: side)
    case .exactly(let size): square = size
    case .multiples, .within, nil: fatalError("image preprocessor: CLIP's has an edge or a size")
    }
    guard square.width == square.height, result.crop ?? square == square else {
      throw config["crop_size"].or(config["size"]).unsupported(["one square, as size"])
    }
    (result.target, result.crop) = (.exactly(square), nil)
    result.tiling = Tiling(
      resolutions: try Tiling.resolutions(config["image_grid_pinpoints"], side: square.width),
      side: square.width)
    return result
  }
}

extension ImagePreprocessor {
  /// Refuses a length of more than 32 tiles: published models have up to 6. Millions of tiny ones would
  /// fill the memory.
  static func checkTiles(along length: JSONValue, _ pixels: Int, side: Int) throws {
    if pixels > 32 * side { throw length.outOfRange("at most 32 tiles of \(side) pixels") }
  }
}

extension Tiling {
  /// Reads a list of [height, width], multiples of `side`; without one, LLaVA-NeXT's for 336 pixels.
  static func resolutions(_ json: JSONValue, side: Int) throws -> [Size] {
    guard json.exists else {
      guard side == 336 else { throw json.wrongType("a list of [height, width]") }
      return [(672, 336), (336, 672), (672, 672), (336, 1008), (1008, 336)].map {
        Size(width: $0, height: $1)
      }
    }
    return try json.array(count: 1...64).map {
      let sides = try $0.array(count: 2...2).map { length in
        let pixels = try length.int(1...4096)
        guard pixels % side == 0 else {
          throw length.outOfRange("a multiple of the tower's image_size, \(side)")
        }
        try ImagePreprocessor.checkTiles(along: length, pixels, side: side)
        return pixels
      }
      return Size(width: sides[1], height: sides[0])
    }
  }
}
