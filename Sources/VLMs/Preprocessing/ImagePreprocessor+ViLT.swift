import Files
import Images

/// ViLT's preprocessing: sides that divide into patches, at nearly the image's own aspect.
///
///     { "image_processor_type": "ViltImageProcessor", "size": {"shortest_edge": 384},
///       "size_divisor": 32, "resample": 3, "image_mean": [0.5, 0.5, 0.5], … }
///
/// The first files give the size as one number. Batches of different sizes would be padded; one image
/// needs no padding.
extension ImagePreprocessor {
  /// The shorter side to a length, the longer one at most 1333/800 of it, both to multiples of a patch.
  static func vilt(_ config: JSONValue) throws -> ImagePreprocessor {
    let half = Normalization(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
    var result = try common(config, half)
    _ = (config["do_pad"], config["pad_size"])
    let (size, divisor) = (config["size"], config["size_divisor"])
    let edge = size.isObject ? size["shortest_edge"] : size
    let multiple = try divisor.int(sides, default: 32)
    let shortest = try edge.int(sides, default: size.isObject ? nil : 384)
    if try config.does("do_resize") {
      result.target = .multiples(of: multiple, shortestEdge: shortest)
    }
    return result
  }

  /// As ViLT's code computes it, in the same order of float64 operations.
  static func multiples(of divisor: Int, shortestEdge edge: Int, _ image: RGBImage) -> Size {
    let scale = Double(edge) / Double(min(image.width, image.height))
    var (width, height) = (scale * Double(image.width), Double(edge))
    if image.height >= image.width {
      (width, height) = (Double(edge), scale * Double(image.height))
    }
    let longest = Double(Int(1333.0 / 800 * Double(edge)))
    if max(width, height) > longest {
      let shrink = longest / max(width, height)
      (width, height) = (shrink * width, shrink * height)
    }
    func rounded(_ side: Double) -> Int { Int(side + 0.5) / divisor * divisor }
    return Size(width: rounded(width), height: rounded(height))
  }
}
