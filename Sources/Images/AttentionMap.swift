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

extension RGBImage {
  /// An attention map with a caption and a scale below it: what a brightness means as a weight.
  public func attentionMap(_ weights: [Float], caption: String) -> RGBImage {
    let map = attentionMap(weights, enlargedBy: 4)
    var scale = RGBImage(width: map.width, height: 12)
    for x in 0..<scale.width {
      let gray = UInt8((0.25 + 0.75 * Float(x) / Float(max(1, scale.width - 1))) * 255)
      scale.fill(x: x, y: 0, width: 1, height: scale.height, Color(gray, gray, gray))
    }
    let thousandths = Int((1000 * (weights.max() ?? 0)).rounded())
    let labels = ["0", "weight", "0." + String(String(1000 + thousandths).dropFirst())]
    var numbers = RGBImage(width: map.width, height: Self.textHeight() + 4)
    for (index, label) in labels.enumerated() {
      let room = map.width - Self.textWidth(label)
      numbers.drawText(label, x: room * index / (labels.count - 1), y: 2)
    }
    let text = RGBImage(text: caption, width: map.width)
    return .contactSheet(rows: [[map], [scale], [numbers], [text]], padding: 4)
  }
}
