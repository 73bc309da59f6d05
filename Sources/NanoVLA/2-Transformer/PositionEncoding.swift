import Foundation
import Tensors

/// Sinusoidal position encoding: a vector for each position, similar for neighboring positions.
///
/// Half of the elements are sines, half cosines, with wavelengths from about 6 positions (these
/// distinguish neighbors) to about 60,000 (these distinguish the ends). A grid uses one half of the
/// width for the row and the other for the column.
///
///     [sin(p ω₀), sin(p ω₁), …, cos(p ω₀), cos(p ω₁), …],   ωᵢ = 10000^(−2i/D)
///
/// - Letters: T positions on a line, P = side² positions in a grid, D width.
/// - Reference: Vaswani et al., "Attention Is All You Need" (2017), §3.5.
public enum PositionEncoding {
  /// The vectors of `count` = T positions in a sentence, [T, D]; D is even.
  public static func line(count: Int, width: Int) -> Tensor {
    guard width % 2 == 0 else { fatalError("positions: width \(width) is not even") }
    let rows = (0..<count).flatMap { waves(at: Float($0), width: width) }
    return Tensor(rows, shape: [count, width])
  }

  /// The vectors of a square grid, row by row from the top left, [P, D]; D mod 4 columns are 0.
  public static func grid(side: Int, width: Int) -> Tensor {
    let (half, rest) = (width / 4 * 2, [Float](repeating: 0, count: width % 4))
    return Tensor.computed([side * side, width]) {
      (0..<side * side).flatMap { p in
        waves(at: Float(p / side), width: half) + waves(at: Float(p % side), width: half)
          + rest
      }
    }
  }

  /// sin(p·ωᵢ) for each frequency ωᵢ, then cos(p·ωᵢ).
  private static func waves(at p: Float, width: Int) -> [Float] {
    let angles = (0..<width / 2).map { p * powf(10_000, -2 * Float($0) / Float(width)) }
    return angles.map(sinf) + angles.map(cosf)
  }
}
