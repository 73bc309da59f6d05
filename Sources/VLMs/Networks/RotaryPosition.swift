import Foundation
import Tensors

/// Rotary positions: each query and key is rotated by an angle proportional to its position.
///
/// Nothing is added to the tokens. The elements of a query are taken in pairs, each a point in a
/// plane, and position p rotates the point by p·ωᵢ; keys alike. The dot product of a query at p and a
/// key at q then depends on p − q alone, so what attention learns at one position holds at all. The
/// pairs are (i, i + d/2), "rotate half", as in published decoders.
///
///     ωᵢ = θ^(−2i/d),   (a, b) → (a cos pωᵢ − b sin pωᵢ,  b cos pωᵢ + a sin pωᵢ)
///
/// - Letters: B sequences, H heads, T tokens, d head width.
/// - Reference: Su et al., "RoFormer" (2021), §3.2.2; see ``RotaryScaling`` for longer
///   texts.
public struct RotaryPosition: Sendable {
  /// ωᵢ for each of d/2 planes, fast to slow. Kept in 32 bits: rounded to 16, the angle at position
  /// 2000 would be wrong by a large part of a turn.
  public let frequencies: [Float]

  /// - Parameters:
  ///   - headWidth: d, even.
  ///   - theta: θ; the slowest plane makes one turn in about 2π·θ positions.
  ///   - scaling: changes the frequencies for longer texts than those of the training.
  public init(headWidth: Int, theta: Float = 10_000, scaling: RotaryScaling = .none) {
    guard headWidth % 2 == 0 else { fatalError("rotary: head width \(headWidth) is not even") }
    frequencies = (0..<headWidth / 2).map {
      scaling(1 / powf(theta, Float(2 * $0) / Float(headWidth)))
    }
  }

  /// - Parameters:
  ///   - x: queries or keys, [B, H, T, d].
  ///   - start: the position of the first token; above 0 after a cached past.
  /// - Returns: [B, H, T, d], each vector rotated by its position.
  public func callAsFunction(_ x: Tensor, from start: Int = 0) -> Tensor {
    let (T, half) = (x.dim(-2), frequencies.count)
    guard x.dim(-1) == 2 * half else {
      fatalError("rotary: vectors \(x.shape) for a head width of \(2 * half)")
    }
    let angles = (start..<start + T).flatMap { p in frequencies.map { Float(p) * $0 } }
    let cosines = Tensor(angles.map(cosf), shape: [T, half])
    let sines = Tensor(angles.map(sinf), shape: [T, half])
    let a = x.sliced(axis: -1, 0..<half)  // [B, H, T, d] → [B, H, T, d/2]
    let b = x.sliced(axis: -1, half..<2 * half)  // [B, H, T, d] → [B, H, T, d/2]
    let rotated = [a * cosines - b * sines, b * cosines + a * sines]
    return Tensor.concatenated(rotated, axis: -1)  // 2 × [B, H, T, d/2] → [B, H, T, d]
  }
}
