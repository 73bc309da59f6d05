import Files

/// Idefics' preprocessing: a square, at whatever aspect.
///
///     { "image_processor_type": "IdeficsImageProcessor", "image_size": 224, "image_num_channels": 3,
///       "image_mean": […], "image_std": […] }
extension ImagePreprocessor {
  /// Resizes to a square, changing the aspect ratio. `image_size` is older than `size` and wins.
  static func idefics(_ config: JSONValue) throws -> ImagePreprocessor {
    var result = try common(config)
    guard try config["image_num_channels"].int(1...4096, default: 3) == 3 else {
      throw config["image_num_channels"].unsupported(["3"])
    }
    let side = config["image_size"]
    if try config.does("do_resize") {
      result.target = .exactly(
        try side.exists ? size(side, default: nil) : size(config["size"], default: 224))
    }
    return result
  }
}
