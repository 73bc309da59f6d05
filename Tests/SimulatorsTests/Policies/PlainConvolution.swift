import Foundation
import Tensors

/// Layers in plain loops and double precision.
enum PlainConvolution {
  /// W x + b
  static func linear(_ x: [Double], _ layer: Linear) -> [Double] {
    let (weight, bias) = (layer.weight.values, layer.bias!.values)
    return bias.indices.map { o in
      x.indices.reduce(Double(bias[o])) { $0 + Double(weight[o * x.count + $1]) * x[$1] }
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
    0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  static func normalized(_ x: [Double], _ norm: LayerNorm) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.indices.map {
      (x[$0] - mean) / (variance + 1e-5).squareRoot() * Double(norm.gain.values[$0])
        + Double(norm.bias.values[$0])
    }
  }
}
