import Foundation
import Tensors

/// Positions as sines and cosines: every place gets a vector, near places near vectors.
///
/// Half of the numbers are waves along the place, from fast (tells neighbours apart) to slow (tells
/// one end from the other), like the digits of a number written in waves. A grid spends one half of
/// its width on the row and the other on the column.
///
/// Letters: T places in a line, P = side² places in a grid, D width.
///
/// Reference: Vaswani et al., "Attention Is All You Need" (2017), section 3.5.
public enum PositionEncoding {
  /// - Returns: [T, D], `width` even.
  public static func line(count: Int, width: Int) -> Tensor {
    guard width % 2 == 0 else { fatalError("positions: width \(width) is not even") }
    let rows = (0..<count).flatMap { waves(at: Float($0), width: width) }
    return Tensor(rows, shape: [count, width])
  }

  /// - Returns: [P, D] row by row from the top left, `width` a multiple of 4.
  public static func grid(side: Int, width: Int) -> Tensor {
    guard width % 4 == 0 else { fatalError("positions: width \(width) is not a multiple of 4") }
    return Tensor.computed([side * side, width]) {
      (0..<side * side).flatMap { place in
        waves(at: Float(place / side), width: width / 2)
          + waves(at: Float(place % side), width: width / 2)
      }
    }
  }

  /// sin(p·ωᵢ) for each frequency ωᵢ = 10000^(−2i/D), then cos(p·ωᵢ).
  private static func waves(at place: Float, width: Int) -> [Float] {
    let angles = (0..<width / 2).map { place * powf(10_000, -2 * Float($0) / Float(width)) }
    return angles.map(sinf) + angles.map(cosf)
  }
}
