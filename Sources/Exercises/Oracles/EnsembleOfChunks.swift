import Foundation
import Tensors

/// Exercise 6: the temporal ensemble, against ACT's formula.
///
/// - Letters: K steps in a chunk, A action dimensions.
public enum EnsembleOfChunks: Oracle {
  public typealias Function = (_ chunks: [[[Float]]], _ t: Int, _ m: Float) -> [Float]

  public enum Mistake: String, CaseIterable {
    case weightsReversed = "the weights are reversed: the OLDEST prediction has the largest, i = 0"
    case notNormalized = "the weights do not sum to 1: divide by Σ exp(−m·i)"
    case equalWeights = "all predictions weigh the same: m is not used"
    case newestOnly = "only the newest chunk is used: that is no ensemble"
    case oldestOnly = "only the oldest chunk that reaches step t is used"
    case oneStepLate = "off by one: chunk i's action for step t has index t − i, not t − i + 1"
    case firstActions =
      "the first action of each chunk is averaged: it was meant for an earlier step"
    case lastActions = "chunks that end before step t are included with their last action"
    case dividedByCount = "divided by the number of predictions, not by the sum of the weights"
  }

  public struct Case: CustomStringConvertible {
    let chunks: [[[Float]]]
    let (K, A, t, m): (Int, Int, Int, Float)
    public var description: String {
      "\(chunks.count) chunks of [\(K), \(A)], step t = \(t), m = \(number(Double(m)))"
    }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    [
      (6, 4, 7, 0.3), (3, 8, 2, 0.1), (1, 1, 1, 0.5), (5, 1, 3, 0.2), (4, 4, 2, 0),
      (9, 3, 7, 0.01), (2, 5, 1, 2), (12, 6, 4, -0.2),
    ].map { count, K, A, m in
      Case(
        chunks: (0..<count).map { _ in (0..<K).map { _ in random.normals(A) } }, K: K, A: A,
        t: count - 1, m: m)
    }
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    [Answer("the action", function(c.chunks, c.t, c.m))]
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    var predictions: [[Double]] = []
    for (start, chunk) in c.chunks.enumerated() {
      var index = c.t - start
      if index >= c.K, !mistakes.contains(.lastActions) { continue }
      if mistakes.contains(.oneStepLate) { index += 1 }
      if mistakes.contains(.firstActions) { index = 0 }
      predictions.append(doubles(chunk[min(index, c.K - 1)]))
    }
    if mistakes.contains(.newestOnly) { predictions = [predictions[predictions.count - 1]] }
    if mistakes.contains(.oldestOnly) { predictions = [predictions[0]] }
    var weights = predictions.indices.map {
      exp(-Double(c.m) * (mistakes.contains(.equalWeights) ? 0 : Double($0)))
    }
    if mistakes.contains(.weightsReversed) { weights.reverse() }
    var total = weights.reduce(0, +)
    if mistakes.contains(.notNormalized) { total = 1 }
    if mistakes.contains(.dividedByCount) { total = Double(predictions.count) }
    let action = (0..<c.A).map { a in
      zip(weights, predictions).reduce(0) { $0 + $1.0 * $1.1[a] } / total
    }
    return [Answer("the action", action, shape: [c.A])]
  }
}
