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
      "ViltImageProcessorFast": Self.vilt, "ViltFeatureExtractor": Self.vilt,
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
    if try config["do_resize"].bool(default: true) {
      result.target =
        config["size"].isObject
        ? try target(config["size"])
        : .shortestEdge(try config["size"].int(sides, default: 224))
    }
    if try config["do_center_crop"].bool(default: true) {
      result.crop = try size(config["crop_size"], default: 224)
    }
    return result
  }

  /// BLIP-2 and InstructBLIP: resize to a square, changing the aspect ratio.
  private static func blip(_ config: JSONValue) throws -> ImagePreprocessor {
    try squashed(config, side: 384, clipColors)
  }

  /// SigLIP: likewise, with bytes mapped to −1 … 1.
  private static func siglip(_ config: JSONValue) throws -> ImagePreprocessor {
    let half = Normalization(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
    return try squashed(config, side: 224, half)
  }

  private static func squashed(
    _ config: JSONValue, side: Int, _ colors: Normalization
  ) throws -> ImagePreprocessor {
    var result = try common(config, colors)
    try config["do_center_crop"].mustBe(false)
    if try config["do_resize"].bool(default: true) {
      result.target = .exactly(try size(config["size"], default: side))
    }
    return result
  }

  /// - Parameter colors: the default of mean and standard deviation.
  static func common(
    _ config: JSONValue, _ colors: Normalization = clipColors
  ) throws -> ImagePreprocessor {
    let rescales = try config["do_rescale"].bool(default: true)
    let normalizes = try config["do_normalize"].bool(default: true)
    let (mean, std) = (config["image_mean"], config["image_std"])
    _ = (config["size"], config["crop_size"], config["rescale_factor"])  // of steps that are off
    let given = mean.exists || std.exists ? try normalization(mean: mean, std: std) : colors
    return ImagePreprocessor(
      filter: try filter(config["resample"]),
      scale: rescales
        ? try config["rescale_factor"].number(1e-9...1e3, default: 1 / 255) : nil,
      normalizations: [
        normalizes ? given : Normalization(mean: [0, 0, 0], std: [1, 1, 1])
      ])
  }

  /// The filter with Pillow's number.
  static func filter(_ value: JSONValue) throws -> ResizeFilter {
    ResizeFilter(rawValue: try value.int(0...5, default: ResizeFilter.bicubic.rawValue))!
  }

  private static func target(_ value: JSONValue) throws -> Target {
    let edge = value["shortest_edge"]
    let longest = value["longest_edge"]
    guard !(edge.exists && longest.exists) else {
      throw longest.unsupported(["a shortest_edge alone"])
    }
    return edge.exists
      ? .shortestEdge(try edge.int(sides)) : .exactly(try size(value, default: nil))
  }

  /// `{"height": 336, "width": 336}`, or 336 for a square.
  static func size(_ value: JSONValue, default side: Int?) throws -> Size {
    guard value.isObject else {
      let side = try value.int(sides, default: side)
      return Size(width: side, height: side)
    }
    return Size(width: try value["width"].int(sides), height: try value["height"].int(sides))
  }

  static func normalization(mean: JSONValue, std: JSONValue) throws -> Normalization {
    Normalization(
      mean: try mean.array(count: 3...3).map { Float(try $0.number(-1e6...1e6)) },
      std: try std.array(count: 3...3).map { Float(try $0.number(1e-6...1e6)) })
  }
}
