import Foundation
import Tensors

/// Exercise 2: scaled dot-product attention, against four loops.
///
/// - Letters: B sequences, H heads, T queries, C keys and values, d the width of one head.
public enum PlainAttention: Oracle {
  public typealias Function = (
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ mask: Tensor?
  ) -> Tensor

  public enum Mistake: String, CaseIterable {
    case notScaled = "the scores are not divided by √d: the larger d, the harder the softmax"
    case dividedByD = "the scores are divided by d instead of √d"
    case multiplied = "the scores are multiplied by √d instead of divided"
    case dividedByRootOfKeys = "the scores are divided by the root of the number of keys, not of d"
    case dividedByRootOfQueries = "the scores are divided by the root of the number of queries"
    case dividedByRootOfWidth =
      "the scores are divided by √(H·d), the width of all heads: d is the width of one"
    case softmaxOverQueries =
      "the softmax runs over the queries: each query's weights for all KEYS must sum to 1"
    case noSoftmax = "the scores are used as weights without a softmax"
    case doubleSoftmax = "the softmax is applied twice: the weights are nearly equal"
    case maskInverted = "the mask is inverted: it hides what it should show"
    case maskIgnored = "the mask is not used"
    case maskMultiplied = "the mask is multiplied with the scores: add it, 0 means visible"
    case maskAfterSoftmax =
      "the hidden weights become 0 after the softmax, so the rest no longer sums to 1"
  }

  public struct Case: CustomStringConvertible {
    let (B, H, T, C, d): (Int, Int, Int, Int, Int)
    let query, key, value: [Float]
    /// 0 where a key is visible and −10⁹ where it is hidden, [T, C].
    let mask: [Float]?
    public var description: String {
      "query [\(B), \(H), \(T), \(d)], key and value [\(B), \(H), \(C), \(d)], "
        + (mask.map { $0.contains { $0 < 0 } ? "a mask" : "a mask that hides nothing" } ?? "no mask")
    }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    let hidden: Float = -1e9
    func example(
      _ sizes: (Int, Int, Int, Int, Int), scale: Float = 1, _ mask: ((Int, Int) -> Bool)? = nil
    ) -> Case {
      let (B, H, T, C, d) = sizes
      return Case(
        B: B, H: H, T: T, C: C, d: d, query: random.normals(B * H * T * d, scale: scale),
        key: random.normals(B * H * C * d, scale: scale), value: random.normals(B * H * C * d),
        mask: mask.map { isVisible in
          (0..<T).flatMap { t in (0..<C).map { isVisible(t, $0) ? 0 : hidden } }
        })
    }
    return [
      example((2, 2, 3, 5, 4)) { t, c in (t + c) % 3 != 1 },
      example((1, 2, 4, 4, 8)) { t, c in c <= t },
      example((2, 1, 3, 6, 2)), example((1, 1, 1, 1, 1)), example((1, 1, 4, 1, 3)),
      example((2, 3, 1, 7, 5)), example((1, 2, 5, 5, 1)), example((3, 2, 4, 3, 16)),
      example((1, 2, 3, 4, 4)) { _, _ in true },
      example((1, 1, 3, 4, 2)) { _, c in c == 2 },
      example((1, 2, 3, 3, 4), scale: 4), example((1, 1, 2, 5, 3), scale: 0),
    ]
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    let shape = [c.B, c.H, c.C, c.d]
    let output = function(
      Tensor(c.query, shape: [c.B, c.H, c.T, c.d]), Tensor(c.key, shape: shape),
      Tensor(c.value, shape: shape), c.mask.map { Tensor($0, shape: [c.T, c.C]) })
    return [Answer("the output", output)]
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    let (T, C, d) = (c.T, c.C, c.d)
    var output: [Double] = []
    for h in 0..<c.B * c.H {
      var weights = (0..<T).map { t in
        (0..<C).map { k in
          let score = (0..<d).reduce(0.0) {
            $0 + Double(c.query[(h * T + t) * d + $1]) * Double(c.key[(h * C + k) * d + $1])
          }
          return masked(score * factor(c, mistakes), c, t, k, mistakes)
        }
      }
      let softmaxes = mistakes.contains(.noSoftmax) ? 0 : mistakes.contains(.doubleSoftmax) ? 2 : 1
      for _ in 0..<softmaxes {
        if mistakes.contains(.softmaxOverQueries) {
          weights = transposed(transposed(weights).map(softmax))
        } else {
          weights = weights.map(softmax)
        }
      }
      for t in 0..<T {
        for k in 0..<C where mistakes.contains(.maskAfterSoftmax) && (c.mask?[t * C + k] ?? 0) < 0 {
          weights[t][k] = 0
        }
        output += (0..<d).map { i in
          (0..<C).reduce(0) { $0 + weights[t][$1] * Double(c.value[(h * C + $1) * d + i]) }
        }
      }
    }
    return [Answer("the output", output, shape: [c.B, c.H, T, d])]
  }

  private static func factor(_ c: Case, _ mistakes: Set<Mistake>) -> Double {
    if mistakes.contains(.notScaled) { return 1 }
    if mistakes.contains(.dividedByD) { return 1 / Double(c.d) }
    if mistakes.contains(.multiplied) { return Double(c.d).squareRoot() }
    var length = c.d
    if mistakes.contains(.dividedByRootOfKeys) { length = c.C }
    if mistakes.contains(.dividedByRootOfQueries) { length = c.T }
    if mistakes.contains(.dividedByRootOfWidth) { length = c.H * c.d }
    return 1 / Double(length).squareRoot()
  }

  private static func masked(
    _ score: Double, _ c: Case, _ t: Int, _ k: Int, _ mistakes: Set<Mistake>
  ) -> Double {
    guard let mask = c.mask?[t * c.C + k],
      mistakes.isDisjoint(with: [.maskIgnored, .maskAfterSoftmax])
    else { return score }
    // In float32, 10⁹ plus a score is 10⁹: all that an inverted mask shows has the same weight.
    if mistakes.contains(.maskInverted) { return Double(Float(score) - mask) }
    return mistakes.contains(.maskMultiplied) ? score * Double(mask) : score + Double(mask)
  }
}
