import Foundation

/// Resizing, byte for byte as in Pillow, which prepared the images that published models were trained
/// on.
///
/// Each new pixel is a weighted mean of the old pixels around its center. A filter says how the weight
/// falls with the distance, measured in OLD pixels when enlarging and in NEW pixels when shrinking: so
/// shrinking uses every old pixel, and fine patterns do not cause aliasing. First all rows are
/// resampled, then all columns.
///
/// To be bit-identical, the mean is computed as in Pillow: weights in fixed point, multiples of 2⁻²²,
/// and bytes, rounded and clipped, after EACH pass.
///
/// - Reference: Pillow 12, src/libImaging/Resample.c (8 bits per channel) and Geometry.c (nearest).
extension RGBImage {
  /// This image with `width`×`height` pixels; the aspect ratio may change.
  public func resized(width: Int, height: Int, filter: ResizeFilter = .bilinear) -> RGBImage {
    guard width > 0, height > 0 else { fatalError("resized: to \(width)×\(height) pixels") }
    var (bytes, rows) = (pixels, self.height)
    if width != self.width {  // [rows, old width, 3] → [rows, width, 3]
      let weights = filter.weights(from: self.width, to: width)
      bytes = resample(bytes, outer: rows, length: self.width, inner: 3, weights)
    }
    if height != rows {  // [old height, 3·width] → [height, 3·width]
      let weights = filter.weights(from: rows, to: height)
      bytes = resample(bytes, outer: 1, length: rows, inner: 3 * width, weights)
      rows = height
    }
    return RGBImage(width: width, height: rows, pixels: bytes)
  }
}

/// A filter for ``RGBImage/resized(width:height:filter:)``: an old pixel's weight as a function of its
/// distance from a new pixel's center. The raw values are Pillow's, which model files use too.
public enum ResizeFilter: Int, Sendable, CaseIterable {
  case nearest = 0
  case lanczos = 1, bilinear, bicubic, box, hamming

  /// Beyond this distance the weight is 0.
  var support: Double {
    switch self {
    case .nearest, .box: 0.5
    case .bilinear, .hamming: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The weight at distance `x`, before the weights are scaled to the sum 1.
  func callAsFunction(_ x: Double) -> Double {
    let r = abs(x)
    switch self {
    case .nearest, .box: return x > -0.5 && x <= 0.5 ? 1 : 0
    case .bilinear: return max(0, 1 - r)
    case .hamming:  // Pillow's constants are 32-bit
      return r < 1 ? sinc(r) * (Double(Float(0.54)) + Double(Float(0.46)) * cos(r * .pi)) : 0
    case .lanczos: return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0
    case .bicubic:  // Keys' cubic convolution with a = −0.5; torch's `interpolate` has −0.75
      if r < 1 { return (1.5 * r - 2.5) * r * r + 1 }
      return r < 2 ? (((r - 5) * r + 8) * r - 4) * -0.5 : 0
    }
  }

  private func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }

  /// For each of `new` pixels: the first of the `old` pixels in its support, and the weights from there
  /// on, as multiples of 2⁻²².
  func weights(from old: Int, to new: Int) -> [(first: Int, weights: [Int32])] {
    let scale = Double(old) / Double(new)
    if self == .nearest {
      var center = scale / 2  // summed as in Pillow: a product would round differently
      return (0..<new).map { _ in
        defer { center += scale }
        return (min(Int(center), old - 1), [1 << weightBits])
      }
    }
    let stretch = max(scale, 1)
    return (0..<new).map { index in
      let center = (Double(index) + 0.5) * scale
      let first = max(0, Int(center - support * stretch + 0.5))
      let end = min(old, Int(center + support * stretch + 0.5))
      let raw = (first..<end).map { self((Double($0) - center + 0.5) * (1 / stretch)) }
      let sum = raw.reduce(0, +)
      return (first, raw.map { Int32(($0 / sum * Double(1 << weightBits)).rounded()) })
    }
  }
}

/// Bits after the binary point of a weight.
private let weightBits = 22

/// Weighted means along the middle axis: [outer, length, inner] → [outer, new length, inner].
private func resample(
  _ bytes: [UInt8], outer: Int, length: Int, inner: Int,
  _ weights: [(first: Int, weights: [Int32])]
) -> [UInt8] {
  let half: Int32 = 1 << (weightBits - 1)  // so that the shift rounds
  var sums = [Int32](repeating: 0, count: inner)
  return [UInt8](unsafeUninitializedCapacity: outer * weights.count * inner) { result, count in
    for row in 0..<outer {
      for (first, weights) in weights {
        for index in 0..<inner { sums[index] = half }
        for (offset, weight) in weights.enumerated() {
          let start = (row * length + first + offset) * inner
          for index in 0..<inner { sums[index] &+= weight &* Int32(bytes[start + index]) }
        }
        for index in 0..<inner {
          result[count + index] = UInt8(min(max(sums[index] >> Int32(weightBits), 0), 255))
        }
        count += inner
      }
    }
  }
}
