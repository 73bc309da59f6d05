import Tensors

/// Exercise 9: a layer's weight with a low-rank update merged into it, against three loops.
///
/// - Letters: O outputs, I inputs, r rank.
public enum MergedLoRA: Oracle {
  public typealias Function = (
    _ weight: Tensor, _ loraA: Tensor, _ loraB: Tensor, _ alpha: Float
  ) -> Tensor

  public enum Mistake: String, CaseIterable {
    case notScaled = "the update is not scaled: α/r is missing"
    case notDivided = "the update is scaled by α alone: divide by the rank r"
    case alphaMissing = "the update is scaled by 1/r alone: multiply by α"
    case inverseScale = "the update is scaled by r/α: it is α/r"
    case rootOfRank = "the update is scaled by α/√r: that is rsLoRA, LoRA divides by r"
    case dividedByWidth =
      "divided by the number of inputs or outputs: the rank r is the number of ROWS of A"
    case transposed = "the update is transposed: B A, [O, r] × [r, I]"
    case subtracted = "the update is subtracted"
    case updateOnly = "the frozen weight is missing: W + (α/r) B A"
    case weightScaled = "the frozen weight is scaled too: only the update is"
  }

  public struct Case: CustomStringConvertible {
    let (O, I, r): (Int, Int, Int)
    let weight, loraA, loraB: [Float]
    let alpha: Float
    public var description: String {
      "weight [\(O), \(I)], A [\(r), \(I)], B [\(O), \(r)], alpha \(number(Double(alpha)))"
    }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    [
      (4, 4, 3, 5), (6, 5, 2, 16), (3, 7, 4, 1), (1, 1, 1, 2), (5, 2, 1, 0.5), (2, 6, 8, 32),
      (4, 3, 2, 2), (3, 3, 2, 0),
    ].map { O, I, r, alpha in
      Case(
        O: O, I: I, r: r, weight: random.normals(O * I), loraA: random.normals(r * I),
        loraB: random.normals(O * r), alpha: alpha)
    }
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    let merged = function(
      Tensor(c.weight, shape: [c.O, c.I]), Tensor(c.loraA, shape: [c.r, c.I]),
      Tensor(c.loraB, shape: [c.O, c.r]), c.alpha)
    return [Answer("the merged weight", merged)]
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    let (O, I, r, alpha) = (c.O, c.I, c.r, Double(c.alpha))
    var scale = alpha / Double(r)
    if mistakes.contains(.notScaled) { scale = 1 }
    if mistakes.contains(.notDivided) { scale = alpha }
    if mistakes.contains(.alphaMissing) { scale = 1 / Double(r) }
    if mistakes.contains(.inverseScale) { scale = Double(r) / alpha }
    if mistakes.contains(.rootOfRank) { scale = alpha / Double(r).squareRoot() }
    if mistakes.contains(.dividedByWidth) { scale = alpha / Double(I) }
    if mistakes.contains(.subtracted) { scale = -scale }
    let turns = mistakes.contains(.transposed) && O == I
    var merged: [Double] = []
    for o in 0..<O {
      for i in 0..<I {
        let update = (0..<r).reduce(0) {
          let (b, a) = turns ? (i, o) : (o, i)
          return $0 + Double(c.loraB[b * r + $1]) * Double(c.loraA[$1 * I + a])
        }
        var frozen = Double(c.weight[o * I + i])
        if mistakes.contains(.updateOnly) { frozen = 0 }
        if mistakes.contains(.weightScaled) { frozen *= scale }
        merged.append(frozen + scale * update)
      }
    }
    return [Answer("the merged weight", merged, shape: [O, I])]
  }
}
