import Files
import Images

/// Reading how images are preprocessed from a model's folder.
///
///     { "image_processor_type": "CLIPImageProcessor",
///       "do_resize": true, "size": {"shortest_edge": 336}, "resample": 3,
///       "do_center_crop": true, "crop_size": {"height": 336, "width": 336},
///       "do_rescale": true, "rescale_factor": 0.00392156862745098,
///       "do_normalize": true, "image_mean": […], "image_std": […] }
///
/// Older files omit default values and give a size as one number.
extension ImagePreprocessor {
  /// Reads the object in a `preprocessor_config.json`.
  /// - Throws: `JSONFileError`
  public init(_ config: JSONValue) throws {
    let config = config.recorded()
    let type = config["image_processor_type"].or(config["feature_extractor_type"])
    let read = try type.choice([
      "CLIPImageProcessor": Self.clip, "CLIPImageProcessorPil": Self.clip,
      "CLIPImageProcessorFast": Self.clip, "CLIPFeatureExtractor": Self.clip,
      "BlipImageProcessor": Self.blip, "BlipImageProcessorPil": Self.blip,
      "BlipImageProcessorFast": Self.blip, "PrismaticImageProcessor": Self.prismatic,
      "SiglipImageProcessor": Self.siglip, "SiglipImageProcessorPil": Self.siglip,
      "SiglipImageProcessorFast": Self.siglip, "LlavaNextImageProcessor": Self.tiled,
      "SmolVLMImageProcessor": Self.split, "SmolVLMImageProcessorPil": Self.split,
      "SmolVLMImageProcessorFast": Self.split, "Idefics3ImageProcessor": Self.split,
      "Idefics3ImageProcessorPil": Self.split, "Idefics3ImageProcessorFast": Self.split,
      "LlavaNextImageProcessorFast": Self.tiled, "LlavaNextImageProcessorPil": Self.tiled,
      "ViltImageProcessor": Self.vilt, "ViltImageProcessorPil": Self.vilt,
      "PI0ImageProcessor": Self.padded, "ViltImageProcessorFast": Self.vilt,
      "ViltFeatureExtractor": Self.vilt,
      "IdeficsImageProcessor": Self.idefics, "IdeficsImageProcessorPil": Self.idefics,
    ])
    self = try read(config)
    try config.refuseUnread(by: "this preprocessing", besides: Self.harmless)
  }

  /// More than any published vision tower reads; an image of 4096×4096 pixels takes 200 MB.
  static let sides = 1...4096

  /// CLIP and LLaVA: resize the shorter side, then a center crop.
  static func clip(_ config: JSONValue) throws -> ImagePreprocessor {
    var result = try common(config)
    if try config.does("do_resize") {
      let size = config["size"]
      result.target = try size.isObject ? target(size) : edge(config, side: 224, squares: false)
    }
    if try config.does("do_center_crop") {
      result.crop = try size(config["crop_size"], default: 224)
    }
    return result
  }

  /// BLIP-2 and InstructBLIP: resize to a square, changing the aspect ratio.
  private static func blip(_ config: JSONValue) throws -> ImagePreprocessor {
    try squashed(config, side: 384, squares: true, clipColors)
  }

  /// SigLIP: likewise, with bytes mapped to −1 … 1.
  private static func siglip(_ config: JSONValue) throws -> ImagePreprocessor {
    let half = Normalization(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
    return try squashed(config, side: 224, squares: false, half)
  }

  /// - Parameter squares: whether a size that is one number means a square, if the file does not say.
  private static func squashed(
    _ config: JSONValue, side: Int, squares: Bool, _ colors: Normalization
  ) throws -> ImagePreprocessor {
    var result = try common(config, colors)
    try config["do_center_crop"].mustBe(false)
    guard try config.does("do_resize") else { return result }
    let given = config["size"]
    result.target =
      try given.isObject || !given.exists
      ? .exactly(size(given, default: side)) : edge(config, side: side, squares: squares)
    return result
  }

  /// What a size means that is one number: a square, or the shorter side.
  private static func edge(_ config: JSONValue, side: Int, squares: Bool) throws -> Target {
    let side = try config["size"].int(sides, default: side)
    let isSquare = try config["default_to_square"].bool(default: squares)
    return isSquare ? .exactly(Size(width: side, height: side)) : .shortestEdge(side)
  }

  /// - Parameter colors: the defaults of mean and standard deviation.
  static func common(
    _ config: JSONValue, _ colors: Normalization = clipColors
  ) throws -> ImagePreprocessor {
    let (rescales, normalizes) = (try config.does("do_rescale"), try config.does("do_normalize"))
    // Of steps that are off.
    for key in ["size", "crop_size", "rescale_factor", "default_to_square"] { _ = config[key] }
    let given = try normalization(config["image_mean"], config["image_std"], default: colors)
    return ImagePreprocessor(
      filter: try filter(config["resample"]),
      scale: rescales
        ? try config["rescale_factor"].number(1e-9...1e3, default: 1 / 255) : nil,
      normalizations: [
        normalizes ? given : Normalization(mean: [0, 0, 0], std: [1, 1, 1])
      ])
  }
}
