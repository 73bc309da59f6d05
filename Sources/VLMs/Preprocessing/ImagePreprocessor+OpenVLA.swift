import Files

/// OpenVLA's layout of `preprocessor_config.json`: each list has one entry per vision tower.
///
///     { "image_processor_type": "PrismaticImageProcessor", "image_resize_strategy": "resize-naive",
///       "input_sizes": [[3, 224, 224], [3, 224, 224]], "interpolations": ["bicubic", "bicubic"],
///       "means": [[0.485, 0.456, 0.406], [0.5, 0.5, 0.5]], "stds": […],
///       "tvf_resize_params": [{"size": [224, 224], "interpolation": 3}, …],
///       "tvf_crop_params": […], "tvf_normalize_params": [{"mean": […], "std": […]}, …] }
///
/// The `tvf_` lists are derived from the others. If they are present, OpenVLA's own code uses them,
/// and so does this.
extension ImagePreprocessor {
  /// Resizes an image once and normalizes it for each tower.
  static func prismatic(_ config: JSONValue) throws -> ImagePreprocessor {
    _ = try config["image_resize_strategy"].choice(["resize-naive": true])
    let lists = config["tvf_normalize_params"].or(config["means"])
    let towers = try lists.array(count: 1...4).indices.map { try tower($0, config) }
    var result = towers[0]
    result.normalizations = towers.flatMap(\.normalizations)
    guard towers.allSatisfy({ $0.target == result.target && $0.filter == result.filter }) else {
      throw config["input_sizes"].or(config["tvf_resize_params"])
        .unsupported(["towers of one size and interpolation"])
    }
    return result
  }

  /// The preprocessing for the tower at `index`.
  private static func tower(_ index: Int, _ config: JSONValue) throws -> ImagePreprocessor {
    let (resize, normalize) = (config["tvf_resize_params"], config["tvf_normalize_params"])
    let size =
      resize.exists
      ? try size(resize[index]["size"].array(count: 2...2))
      : try size(config["input_sizes"][index].array(count: 3...3).dropFirst())
    // The resized image already has the size of the center crop; another size is not supported.
    let crop = config["tvf_crop_params"][index]["output_size"]
    if crop.exists, try self.size(crop.array(count: 2...2)) != size {
      throw crop.unsupported(["the size that images are resized to"])
    }
    return ImagePreprocessor(
      target: .exactly(size),
      filter: resize.exists
        ? try filter(resize[index]["interpolation"])
        : try config["interpolations"][index].choice([
          "nearest": .nearest, "lanczos": .lanczos, "bilinear": .bilinear, "bicubic": .bicubic,
          "box": .box, "hamming": .hamming,
        ]),
      scale: 1 / 255,
      normalizations: [
        normalize.exists
          ? try normalization(normalize[index]["mean"], normalize[index]["std"])
          : try normalization(config["means"][index], config["stds"][index])
      ])
  }

  /// [H, W] in a file.
  private static func size(_ sides: some Collection<JSONValue>) throws -> Size {
    let sides = try sides.map { try $0.int(Self.sides) }
    return Size(width: sides[1], height: sides[0])
  }
}
