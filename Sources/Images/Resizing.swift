/// Resizing with a triangle filter, as Pillow's `BILINEAR` does it.
///
/// Each new pixel is a weighted mean of the old pixels around its centre, the weight falling
/// linearly to 0 at a distance of one pixel: one OLD pixel when enlarging (plain bilinear
/// interpolation), one NEW pixel when shrinking, so that no old pixel is skipped and fine patterns
/// do not turn into false ones. Rows and columns are independent, so each is done by itself.
extension RGBImage {
  /// This picture with `width`×`height` pixels; its shape may change.
  public func resized(width: Int, height: Int) -> RGBImage {
    guard width > 0, height > 0 else { fatalError("resized: to \(width)×\(height) pixels") }
    if (width, height) == (self.width, self.height) { return self }

    // Across: [height, old width, 3] → [height, width, 3]
    let columns = Self.weights(from: self.width, to: width)
    var wide = [Float](repeating: 0, count: 3 * self.height * width)
    for y in 0..<self.height {
      for (x, column) in columns.enumerated() {
        for (offset, weight) in column.weights.enumerated() {
          let source = 3 * (y * self.width + column.first + offset)
          for channel in 0..<3 {
            wide[3 * (y * width + x) + channel] += weight * Float(pixels[source + channel])
          }
        }
      }
    }

    // Down: [old height, width, 3] → [height, width, 3]
    var resized = [UInt8](repeating: 0, count: 3 * height * width)
    var sums = [Float](repeating: 0, count: 3 * width)
    for (y, row) in Self.weights(from: self.height, to: height).enumerated() {
      for index in sums.indices { sums[index] = 0 }
      for (offset, weight) in row.weights.enumerated() {
        let start = 3 * (row.first + offset) * width
        for index in sums.indices { sums[index] += weight * wide[start + index] }
      }
      for index in sums.indices {
        resized[3 * y * width + index] = UInt8(min(max(sums[index] + 0.5, 0), 255))
      }
    }
    return RGBImage(width: width, height: height, pixels: resized)
  }

  /// For each new pixel: the first old pixel that it sees, and the weights from there on (sum 1).
  private static func weights(from old: Int, to new: Int) -> [(first: Int, weights: [Float])] {
    let scale = Double(old) / Double(new)
    let reach = max(scale, 1)
    return (0..<new).map { index in
      let center = (Double(index) + 0.5) * scale
      let first = max(0, Int(center - reach + 0.5))
      let last = min(old, Int(center + reach + 0.5))
      let triangle = (first..<last).map { max(0, 1 - abs(Double($0) + 0.5 - center) / reach) }
      let sum = triangle.reduce(0, +)
      return (first, triangle.map { Float($0 / sum) })
    }
  }
}
