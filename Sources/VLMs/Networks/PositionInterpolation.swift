import Foundation
import NanoVLA
import Tensors

/// Position interpolation: the learned grid of positions, resized for an image of another size.
///
/// The vectors of neighboring positions are similar, so the grid can be interpolated as an image is
/// when it is enlarged. Each new vector is a weighted sum of 4×4 old ones, so the interpolation is one
/// matrix product, and gradients flow back through it. ViLT's are bilinear, from 2×2 old ones, and the
/// corners of the two grids are the same points.
///
/// - Letters: P old positions, P' new positions, D width; a the cubic's slope at 1, −0.75 as in
///   torch.
/// - Reference: Dosovitskiy et al., "An Image is Worth 16×16 Words" (2021), §3.2, last
///   paragraph; Keys, "Cubic Convolution Interpolation" (1981), equation 15; torch's `interpolate`
///   with `align_corners` for the bilinear one.
enum PositionInterpolation {
  case bicubic
  case bilinear

  /// - Parameters:
  ///   - positions: [P, D], `side` × `side` positions row by row.
  /// - Returns: [P', D] for `rows` × `columns` positions.
  func resize(_ positions: Tensor, side: Int, rows: Int, columns: Int) -> Tensor {
    let (down, across) = (weights(from: side, to: rows), weights(from: side, to: columns))
    let products = down.flatMap { y in
      across.flatMap { x in y.flatMap { weight in x.map { weight * $0 } } }
    }
    return Tensor(products, shape: [rows * columns, side * side])
      .matmul(positions)  // [P', P] × [P, D] → [P', D]
  }

  /// For each of `new` positions on a line, the weight of each of `old` ones.
  private func weights(from old: Int, to new: Int) -> [[Float]] {
    switch self {
    case .bicubic: Self.cubicWeights(from: old, to: new)
    case .bilinear: Self.linearWeights(from: old, to: new)
    }
  }

  private static func linearWeights(from old: Int, to new: Int) -> [[Float]] {
    let step = new > 1 ? Float(old - 1) / Float(new - 1) : 0
    return (0..<new).map { position in
      let place = step * Float(position)  // in units of the old positions
      let left = min(Int(place), old - 1)
      var weights = [Float](repeating: 0, count: old)
      weights[left] += 1 - (place - Float(left))
      weights[min(left + 1, old - 1)] += place - Float(left)
      return weights
    }
  }

  private static func cubicWeights(from old: Int, to new: Int) -> [[Float]] {
    (0..<new).map { position in
      // The center of the new position, in units of the old ones.
      let center = (Float(position) + 0.5) * Float(old) / Float(new) - 0.5
      var weights = [Float](repeating: 0, count: old)
      for tap in Int(floorf(center)) - 1...Int(floorf(center)) + 2 {
        weights[min(max(tap, 0), old - 1)] += cubic(abs(center - Float(tap)))
      }
      return weights
    }
  }

  /// The weight of a point at distance x, 0 beyond 2.
  private static func cubic(_ x: Float) -> Float {
    let a: Float = -0.75
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}

extension PatchEmbedding {
  /// Embeds images of any size that is a multiple of the patch size, with interpolated positions.
  /// - Parameter images: [B, H, W, 3]
  /// - Returns: [B, P', D]
  public func stretched(to images: Tensor) -> Tensor { stretched(to: images, by: .bicubic) }

  func stretched(to images: Tensor, by interpolation: PositionInterpolation) -> Tensor {
    let squares = cut(images)  // [B, H, W, 3] → [B, P', S·S·3]
    let positions = interpolation.resize(
      self.positions, side: imageSize / patchSize, rows: images.dim(1) / patchSize,
      columns: images.dim(2) / patchSize)  // [P, D] → [P', D]
    return projection(squares) + positions  // [B, P', S·S·3] → [B, P', D]
  }
}
