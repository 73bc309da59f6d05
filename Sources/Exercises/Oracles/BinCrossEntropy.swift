import Foundation
import Tensors

/// Exercise 5: the loss of action tokens and its gradient, against a loop over rows and finite
/// differences.
///
/// - Letters: N samples, A action dimensions, B bins.
public enum BinCrossEntropy: Oracle {
  public typealias Function = (_ logits: Tensor, _ targets: [Int]) -> Tensor

  public enum Mistake: String, CaseIterable {
    case summed = "the loss is the sum over all rows, not the mean"
    case dividedBySamples = "divided by N: there are N·A rows, one for each number of each action"
    case dividedByAll = "divided by N·A·B: only the target's logarithm of each row counts"
    case doubleSoftmax = "the softmax is applied twice: the loss hardly falls, and nobody tells"
    case withoutLogarithm = "the probability of the target without its logarithm"
    case positive = "the sign is missing: the loss is MINUS ln p"
    case bits = "the logarithm has base 2: this loss is in nats, so that it starts at ln B"
    case softmaxOverDimensions = "the softmax runs over the action dimensions, not over the bins"
    case nextBin = "off by one: the loss is that of the bin above the target"
    case negativeLogit =
      "minus the target's logit, without a softmax: nothing holds the others down"
    case notInGraph =
      "the loss has no gradient: computed from .values, it is outside of the graph and cannot train"
  }

  public struct Case: CustomStringConvertible {
    let (N, A, B): (Int, Int, Int)
    let logits: [Float]
    let targets: [Int]
    public var description: String { "logits [\(N), \(A), \(B)], targets [\(N * A)]" }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    [
      (3, 2, 4, 1), (2, 3, 5, 2), (1, 1, 2, 1), (1, 1, 1, 1), (4, 1, 3, 0), (1, 7, 6, 1),
      (2, 2, 2, 8), (2, 2, 3, 3),
    ].map { N, A, B, scale in
      Case(
        N: N, A: A, B: B, logits: random.normals(N * A * B, scale: scale),
        targets: (0..<N * A).map { _ in random.integer(below: B) })
    }
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    let logits = Tensor(c.logits, shape: [c.N, c.A, c.B]).asParameter()
    let loss = function(logits, c.targets)
    return [Answer("the loss", loss)] + gradient(of: loss, at: logits, "the gradient of the logits")
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    let (N, A, B) = (c.N, c.A, c.B)
    func loss(_ logits: [Double]) -> Double {
      var sum = 0.0
      for n in 0..<N {
        var rows = (0..<A).map { a in Array(logits[(n * A + a) * B..<(n * A + a + 1) * B]) }
        if mistakes.contains(.softmaxOverDimensions) {
          rows = transposed(transposed(rows).map(softmax))
        } else if !mistakes.contains(.negativeLogit) {
          rows = rows.map(softmax)
        }
        if mistakes.contains(.doubleSoftmax) { rows = rows.map(softmax) }
        for a in 0..<A {
          let shift = mistakes.contains(.nextBin) ? 1 : 0
          let p = rows[a][(c.targets[n * A + a] + shift) % B]
          let isLinear = mistakes.contains(.withoutLogarithm) || mistakes.contains(.negativeLogit)
          sum -= isLinear ? p : mistakes.contains(.bits) ? log2(p) : log(p)
        }
      }
      if mistakes.contains(.positive) { sum = -sum }
      if mistakes.contains(.summed) { return sum }
      if mistakes.contains(.dividedBySamples) { return sum / Double(N) }
      return sum / Double(mistakes.contains(.dividedByAll) ? N * A * B : N * A)
    }
    let logits = doubles(c.logits)
    let gradient =
      mistakes.contains(.notInGraph)
      ? logits.map { _ in 0 } : finiteDifferences(at: logits, loss)
    return [
      Answer("the loss", [loss(logits)], shape: []),
      Answer("the gradient of the logits", gradient, shape: [N, A, B]),
    ]
  }
}

/// The gradient of a student's loss; zeros if the loss is no single number or outside of the graph,
/// so that the shape is reported first.
func gradient(of loss: Tensor, at parameter: Tensor, _ name: String) -> [Answer] {
  if loss.count == 1, loss.requiresGradient { loss.backward() }
  return [Answer(gradientOf: parameter, name)]
}
