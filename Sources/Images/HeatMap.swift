extension RGBImage {
  /// A matrix as an image: each value is a square, from white (0 or less) to blue (the maximum).
  /// - Parameters:
  ///   - values: row by row from the top left.
  ///   - columns: the matrix's columns; `values` must fill its rows.
  ///   - cell: the side of a square in pixels.
  public init(heatMap values: [Float], columns: Int, cell: Int = 6) {
    guard columns > 0, !values.isEmpty, values.count % columns == 0 else {
      fatalError("heat map: \(values.count) values do not fill rows of \(columns)")
    }
    self.init(width: columns * cell, height: values.count / columns * cell)
    let maximum = max(values.max()!, .leastNormalMagnitude)
    for (index, value) in values.enumerated() {
      let share = min(1, max(0, value) / maximum)
      func mixed(_ end: UInt8) -> UInt8 { UInt8(255 - share * (255 - Float(end))) }
      let color = Color(mixed(Color.blue.red), mixed(Color.blue.green), mixed(Color.blue.blue))
      let (x, y) = (index % columns * cell, index / columns * cell)
      fill(x: x, y: y, width: cell, height: cell, color)
    }
  }
}
