import Files
import Images

/// π0's preprocessing in transformers: the whole image at its own aspect, and zeros beside it.
///
///     { "image_processor_type": "PI0ImageProcessor", "size": {"max_height": 224, "max_width": 224},
///       "do_pad": true, "pad_size": {"height": 224, "width": 224}, "resample": 3, … }
///
/// The zeros are added after the normalization, so they are gray, not black.
extension ImagePreprocessor {
  /// The largest size within a box, then zeros at the right and at the bottom.
  static func padded(_ config: JSONValue) throws -> ImagePreprocessor {
    let half = Normalization(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
    var result = try common(config, half)
    try config["do_resize"].mustBe(true)
    try config["do_center_crop"].mustBe(false)
    let (size, pad) = (config["size"], config["pad_size"])
    let usual = size.exists ? nil : 224
    let box = Size(
      width: try size["max_width"].int(sides, default: usual),
      height: try size["max_height"].int(sides, default: usual))
    result.target = .within(box)
    guard try config.does("do_pad") else { return result }
    let whole = try self.size(pad, default: 224)
    guard whole.width >= box.width, whole.height >= box.height else {
      throw pad.outOfRange("at least max_width × max_height of size")
    }
    result.padding = whole
    return result
  }

  /// As transformers computes it, in float64, truncated.
  static func largest(_ image: RGBImage, within box: Size) -> Size {
    let (width, height) = (Double(image.width), Double(image.height))
    let scale = min(Double(box.height) / height, Double(box.width) / width)
    return Size(width: Int(width * scale), height: Int(height * scale))
  }

  /// Rows of `width` pixels with zeros beside and below them: [H, W, 3·N] → [H', W', 3·N].
  func padded(_ values: [Float], width: Int) -> [Float] {
    guard let padding else { return values }
    let row = width * 3 * normalizations.count
    let whole = padding.width * 3 * normalizations.count
    var padded: [Float] = []
    padded.reserveCapacity(padding.height * whole)
    for start in stride(from: 0, to: values.count, by: row) {
      padded += values[start..<start + row]
      padded += Array(repeating: 0, count: whole - row)
    }
    return padded + Array(repeating: 0, count: padding.height * whole - padded.count)
  }
}
