/// An image: `height` rows of `width` pixels, each three bytes red, green, blue (sRGB).
///
/// Row 0 is at the top, column 0 at the left; the bytes lie row by row, so the pixel in column x
/// and row y begins at byte `3 * (y * width + x)`.
public struct RGBImage: Sendable, Equatable {
  /// In pixels.
  public let width: Int
  /// In pixels.
  public let height: Int
  /// `3 * width * height` bytes, interleaved: red, green, blue, red, green, blue, …
  public private(set) var pixels: [UInt8]

  /// An image of `pixels`, `3 * width * height` bytes in the order of ``pixels``.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    guard width > 0, height > 0, pixels.count == 3 * width * height else {
      fatalError("RGBImage: \(pixels.count) bytes cannot be \(width)×\(height) RGB pixels")
    }
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// An image of one color, white unless told otherwise.
  public init(width: Int, height: Int, color: Color = Color(255, 255, 255)) {
    guard width > 0, height > 0 else {
      fatalError("RGBImage: a size of \(width)×\(height) pixels")
    }
    var pixels = [UInt8](repeating: color.red, count: 3 * width * height)
    for start in stride(from: 0, to: pixels.count, by: 3) {
      pixels[start + 1] = color.green
      pixels[start + 2] = color.blue
    }
    self.init(width: width, height: height, pixels: pixels)
  }

  /// An sRGB color: three bytes, 0 … 255 each.
  public struct Color: Sendable, Hashable {
    /// 0 … 255.
    public var red, green, blue: UInt8

    /// The color with these bytes.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
      (self.red, self.green, self.blue) = (red, green, blue)
    }
  }

  /// The pixel in column `x` and row `y`, both counted from 0.
  public subscript(x: Int, y: Int) -> Color {
    get {
      let start = byteOffset(x, y)
      return Color(pixels[start], pixels[start + 1], pixels[start + 2])
    }
    set {
      let start = byteOffset(x, y)
      pixels[start] = newValue.red
      pixels[start + 1] = newValue.green
      pixels[start + 2] = newValue.blue
    }
  }

  private func byteOffset(_ x: Int, _ y: Int) -> Int {
    guard (0..<width).contains(x), (0..<height).contains(y) else {
      fatalError("RGBImage: pixel (\(x), \(y)) is outside \(width)×\(height)")
    }
    return 3 * (y * width + x)
  }
}
