import Images

extension RGBImage {
  /// The middle of the image that has `area` of its area, above 0 and at most 1, at the image's own size.
  ///
  /// OpenVLA's checkpoints for LIBERO learned from images of which a random 90 % was cropped, and are
  /// evaluated on the middle 90 %. Pixels are interpolated as TensorFlow does it, whose corners are the
  /// middles of the corner pixels, in the same precision.
  ///
  /// - Reference: openvla/openvla, experiments/robot/openvla_utils.py, crop_and_resize;
  ///   tf.image.crop_and_resize.
  func centerCropped(toArea area: Float) -> RGBImage {
    guard area > 0, area <= 1 else { fatalError("center crop to \(area) of the area") }
    let side = area.squareRoot()
    let first = (1 - side) / 2, last = (1 - side) / 2 + side
    /// Of each new row or column: the two old ones around it, and its way from one to the other.
    func sources(_ count: Int) -> [(Int, Int, Float)] {
      let end = Float(count - 1)
      let step = count > 1 ? (last - first) * end / end : 0
      return (0..<count).map { index in
        let place =
          count > 1 ? first * end + Float(index) * step : 0.5 * (first + last) * end
        let below = place.rounded(.down)
        return (Int(below), Int(place.rounded(.up)), place - below)
      }
    }
    let (rows, columns) = (sources(height), sources(width))
    var cropped: [UInt8] = []
    cropped.reserveCapacity(pixels.count)
    for (top, bottom, down) in rows {
      for (left, right, across) in columns {
        for channel in 0..<3 {
          func value(_ y: Int, _ x: Int) -> Float {
            Float(pixels[(y * width + x) * 3 + channel]) * (1 / 255)
          }
          let upper = value(top, left) + (value(top, right) - value(top, left)) * across
          let lower = value(bottom, left) + (value(bottom, right) - value(bottom, left)) * across
          let mixed = upper + (lower - upper) * down
          cropped.append(UInt8(min(max(mixed, 0), 1) * 255.5))
        }
      }
    }
    return RGBImage(width: width, height: height, pixels: cropped)
  }
}
