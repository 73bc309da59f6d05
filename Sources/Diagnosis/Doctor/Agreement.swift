import NanoVLA
import Tabletop
import Tensors

/// How far predicted actions are from demonstrated ones: the mean distance of a number, where 1 is
/// half of the range that the demonstrations span.
///
/// - Letters: N frames, A action dimensions, M of them that move.
struct Agreement {
  /// Of each frame, over the dimensions that move: N numbers, in half ranges.
  let errors: [Float]
  var error: Float { errors.isEmpty ? 0 : errors.reduce(0, +) / Float(errors.count) }

  /// Whether this is better than `other` on the same frames: by at least three tenths, and by more
  /// than three standard errors of the paired difference.
  func isClearlyBetter(than other: Agreement, by share: Float = 0.3) -> Bool {
    let differences = zip(other.errors, errors).map { $0 - $1 }
    let n = Float(differences.count)
    guard n > 1 else { return false }
    let mean = differences.reduce(0, +) / n
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    return mean > share * other.error && mean > 3 * (variance / n).squareRoot()
  }
}

/// The ruler for one dataset's actions: how much each dimension moves.
struct ActionRuler {
  let space: ActionSpace
  /// Half of q99 − q01 of each dimension, in robot units; 0 if it never moves.
  let halfRanges: [Float]
  /// The dimensions that move.
  let moving: [Int]

  init(_ demonstrations: [Demonstration], space: ActionSpace) throws {
    let rows = demonstrations.flatMap(\.actions)
    let statistics = try DimensionStatistics(of: rows, "action")
    self.space = space
    let halves = zip(statistics.q01, statistics.q99).map { ($1 - $0) / 2 }
    (halfRanges, moving) = (halves, halves.indices.filter { halves[$0] > 1e-6 })
  }

  /// The agreement of `predicted` with `expert`, N actions in robot units each. Frames of which one
  /// is nil do not count.
  func agreement(_ predicted: [[Float]], _ expert: [[Float]?]) -> Agreement {
    Agreement(
      errors: zip(predicted, expert).compactMap { predicted, expert in
        guard let expert else { return nil }
        let distances = moving.map { abs(predicted[$0] - expert[$0]) / halfRanges[$0] }
        return distances.reduce(0, +) / Float(max(1, moving.count))
      })
  }
}
