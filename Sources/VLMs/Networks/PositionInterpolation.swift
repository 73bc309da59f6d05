import Foundation
import NanoVLA
import Tensors

/// Positions for an image of another size: the learned grid of vectors, stretched.
///
/// The vectors of neighbouring places are alike, so the grid can be read between its points, as an
/// image is when it is enlarged. Each new vector is a weighted sum of 4×4 old ones, so stretching is
/// one matrix product, and gradients flow back through it.
///
/// Letters: P old places, P' new places, D width; a the cubic's slope at 1, −0.75 as in torch.
///
/// Reference: Dosovitskiy et al., "An Image is Worth 16×16 Words" (2021), section 3.2, last
/// paragraph; Keys, "Cubic Convolution Interpolation" (1981), equation 15.
enum PositionInterpolation {
  /// - Parameters:
  ///   - positions: [P, D], `side` × `side` places row by row.
  /// - Returns: [P', D] for `rows` × `columns` places.
  static func stretch(_ positions: Tensor, side: Int, rows: Int, columns: Int) -> Tensor {
    let (down, across) = (weights(from: side, to: rows), weights(from: side, to: columns))
    let products = down.flatMap { y in
      across.flatMap { x in y.flatMap { weight in x.map { weight * $0 } } }
    }
    return Tensor(products, shape: [rows * columns, side * side])
      .matmul(positions)  // [P', P] × [P, D] → [P', D]
  }

  /// For each of `new` places on a line, the weight of each of `old` ones.
  private static func weights(from old: Int, to new: Int) -> [[Float]] {
    (0..<new).map { place in
      // The centre of the new place, in units of the old ones.
      let center = (Float(place) + 0.5) * Float(old) / Float(new) - 0.5
      var weights = [Float](repeating: 0, count: old)
      for tap in Int(floorf(center)) - 1...Int(floorf(center)) + 2 {
        weights[min(max(tap, 0), old - 1)] += cubic(abs(center - Float(tap)))
      }
      return weights
    }
  }

  /// How much a point at distance x counts, 0 beyond 2.
  private static func cubic(_ x: Float) -> Float {
    let a: Float = -0.75
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}

extension PatchEmbedding {
  /// Embeds images of any size that divides into squares, with stretched positions.
  /// - Parameter images: [B, H, W, 3]
  /// - Returns: [B, P', D]
  public func stretched(to images: Tensor) -> Tensor {
    let squares = cut(images)  // [B, H, W, 3] → [B, P', S·S·3]
    let places = PositionInterpolation.stretch(
      positions, side: imageSize / patchSize, rows: images.dim(1) / patchSize,
      columns: images.dim(2) / patchSize)  // [P, D] → [P', D]
    return projection(squares) + places  // [B, P', S·S·3] → [B, P', D]
  }
}
