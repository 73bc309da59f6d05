import Foundation
import Tensors

/// Layers in plain loops and double precision.
enum PlainConvolution {
  /// W x + b
  static func linear(_ x: [Double], _ layer: Linear) -> [Double] {
    let (weight, bias) = (layer.weight.values, layer.bias!.values)
    return bias.indices.map { o in
      let row = weight[o * x.count..<(o + 1) * x.count].map { Double($0) }
      return Double(bias[o]) + dot(row, x)
    }
  }

  /// A square image, row by row, of half the side: GELU of `layer` on the 3×3 pixels around every second
  /// one; outside of the image are zeros.
  static func halved(_ image: [[Double]], _ layer: Linear) -> [[Double]] {
    let (side, none) = (Int(Double(image.count).squareRoot()), image[0].map { _ in 0.0 })
    return (0..<(side + 1) / 2).flatMap { row in
      (0..<(side + 1) / 2).map { column in
        var window: [Double] = []
        for i in 2 * row - 1...2 * row + 1 {
          for j in 2 * column - 1...2 * column + 1 {
            let isInside = 0..<side ~= i && 0..<side ~= j
            window += isInside ? image[i * side + j] : none
          }
        }
        return linear(window, layer).map(gelu)
      }
    }
  }

  /// The approximation of GELU with the hyperbolic tangent.
  static func gelu(_ x: Double) -> Double {
    let inner: Double = 0.7978845608028654 * (x + 0.044715 * x * x * x)  // √(2/π)
    return 0.5 * x * (1 + tanh(inner))
  }

  static func normalized(_ x: [Double], _ norm: LayerNorm) -> [Double] {
    let count = Double(x.count)
    let mean: Double = x.reduce(0, +) / count
    let centered: [Double] = x.map { $0 - mean }
    let variance: Double = dot(centered, centered) / count
    let deviation: Double = (variance + 1e-5).squareRoot()
    let (gain, bias) = (norm.weight.values, norm.bias.values)
    var result: [Double] = []
    for i in x.indices {
      result.append(centered[i] / deviation * Double(gain[i]) + Double(bias[i]))
    }
    return result
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }

  static func softmax(_ scores: [Double]) -> [Double] {
    let largest = scores.max()!
    let exponentials = scores.map { exp($0 - largest) }
    let sum: Double = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }
}
