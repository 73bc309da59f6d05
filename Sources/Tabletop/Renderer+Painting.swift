import Tensors

/// How one layer comes onto the image: each pixel is mixed with the layer's color by the share of the
/// pixel that the figure covers, times the layer's opacity.
extension Renderer {
  /// Paints `layers` at a point of the world, visiting only the pixels that each layer can reach.
  func paint(
    _ layers: [Layer], x: Float, y: Float, z: Float, on canvas: UnsafeMutablePointer<UInt8>
  ) {
    let place = camera.imagePoint(x: x, y: y, z: z)
    for layer in layers {
      let u = place.u * Float(Self.designSize) + layer.x
      let v = place.v * Float(Self.designSize) + layer.y
      let reach = layer.figure.reach
      let columns = pixelRange(u, reach.x)
      let red = Float(layer.color.red)
      let green = Float(layer.color.green)
      let blue = Float(layer.color.blue)
      for row in pixelRange(v, reach.y) {
        let dy = designCoordinate(row) - v
        var pixel = canvas + 3 * (row * size + columns.lowerBound)
        for column in columns {
          let distance = layer.figure.distance(designCoordinate(column) - u, dy) * scale
          let alpha = layer.alpha * min(max(0.5 - distance, 0), 1)
          if alpha > 0 {
            pixel[0] = UInt8(Float(pixel[0]) + alpha * (red - Float(pixel[0])) + 0.5)
            pixel[1] = UInt8(Float(pixel[1]) + alpha * (green - Float(pixel[1])) + 0.5)
            pixel[2] = UInt8(Float(pixel[2]) + alpha * (blue - Float(pixel[2])) + 0.5)
          }
          pixel += 3
        }
      }
    }
  }

  /// Where the center of pixel `index` lies in the design, whose own pixel centers are 0, 1, 2, …
  @inline(__always)
  private func designCoordinate(_ index: Int) -> Float { (Float(index) + 0.5) / scale - 0.5 }

  /// The pixels whose centers are at most `reach` and half a pixel from `center`.
  private func pixelRange(_ center: Float, _ reach: Float) -> Range<Int> {
    let first = Int(((center - reach + 0.5) * scale - 1).rounded(.down))
    let last = Int(((center + reach + 0.5) * scale).rounded(.up))
    let start = min(max(first, 0), size)
    return start..<max(start, min(last + 1, size))
  }
}
