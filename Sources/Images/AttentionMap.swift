extension RGBImage {
  /// An attention map over this image: enlarged, and brighter where `weights` are larger.
  ///
  /// The largest weight keeps the image's brightness, and a weight of 0 leaves a quarter of it.
  /// - Parameter weights: one for each cell of a square grid over the image, row by row, shape [P].
  public func attentionMap(_ weights: [Float], enlargedBy scale: Int = 8) -> RGBImage {
    let side = Int(Float(weights.count).squareRoot().rounded())
    guard side > 0, side * side == weights.count else {
      fatalError("attentionMap: \(weights.count) weights are not a square grid")
    }
    var image = enlarged(by: scale)
    let maximum = max(weights.max()!, .leastNormalMagnitude)
    for y in 0..<image.height {
      for x in 0..<image.width {
        let cell = y * side / image.height * side + x * side / image.width
        let brightness = 0.25 + 0.75 * max(0, weights[cell]) / maximum
        let color = image[x, y]
        image[x, y] = Color(
          UInt8(Float(color.red) * brightness), UInt8(Float(color.green) * brightness),
          UInt8(Float(color.blue) * brightness))
      }
    }
    return image
  }
}
