import Foundation
import Tensors

/// Rotary positions: a token's place turns its queries and keys, and only differences of turns count.
///
/// Nothing is added to the tokens. The numbers of a query are taken in pairs, each pair is a point
/// in a plane, and place p turns the point by the angle p·ωᵢ; keys alike. The product of a query at
/// p with a key at q then depends on p − q alone, so what attention learns at one place holds at
/// all. The pairs are (i, i + d/2), "rotate half", as published decoders have them.
///
///     ωᵢ = θ^(−2i/d),   (a, b) → (a cos pωᵢ − b sin pωᵢ,  b cos pωᵢ + a sin pωᵢ)
///
/// Letters: B sequences, H heads, T tokens, d the width of one head.
///
/// Reference: Su et al., "RoFormer" (2021), section 3.2.2. Left out: rescaled frequencies for texts
/// longer than those of the training.
public struct RotaryPosition: Sendable {
  /// ωᵢ, one for each of d/2 planes, fast to slow. Never rounded to 16 bits: at place 2000 the
  /// error would be a large part of a turn.
  public let frequencies: [Float]

  /// - Parameters:
  ///   - headWidth: d, even.
  ///   - theta: the slowest plane takes about 2π·θ places for one turn.
  public init(headWidth: Int, theta: Float = 10_000) {
    guard headWidth % 2 == 0 else { fatalError("rotary: head width \(headWidth) is not even") }
    frequencies = (0..<headWidth / 2).map { 1 / powf(theta, Float(2 * $0) / Float(headWidth)) }
  }

  /// - Parameters:
  ///   - x: queries or keys, [B, H, T, d].
  ///   - start: the place of the first of the T tokens; above 0 after a cached past.
  /// - Returns: [B, H, T, d], each vector turned by its place.
  public func callAsFunction(_ x: Tensor, from start: Int = 0) -> Tensor {
    let (T, half) = (x.dim(-2), frequencies.count)
    guard x.dim(-1) == 2 * half else {
      fatalError("rotary: vectors \(x.shape) for a head width of \(2 * half)")
    }
    let angles = (start..<start + T).flatMap { place in frequencies.map { Float(place) * $0 } }
    let cosines = Tensor(angles.map(cosf), shape: [T, half])
    let sines = Tensor(angles.map(sinf), shape: [T, half])
    let a = x.sliced(axis: -1, 0..<half)  // [B, H, T, d] → [B, H, T, d/2]
    let b = x.sliced(axis: -1, half..<2 * half)  // [B, H, T, d] → [B, H, T, d/2]
    let turned = [a * cosines - b * sines, b * cosines + a * sines]
    return Tensor.concatenated(turned, axis: -1)  // 2 × [B, H, T, d/2] → [B, H, T, d]
  }
}
