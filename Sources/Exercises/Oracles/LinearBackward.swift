import Tensors

/// Exercise 0: the backward rule of a linear layer, y = x Wᵀ + b, against sums over the rows.
///
/// - Letters: N rows, I inputs, O outputs.
public enum LinearBackward: Oracle {
  public typealias Function = (_ gradient: Tensor, _ x: Tensor, _ weight: Tensor) -> (
    x: Tensor, weight: Tensor, bias: Tensor
  )

  public enum Mistake: String, CaseIterable {
    case lastRowOnly =
      "the gradients of the weight and the bias are those of the last row: each row must ADD to them"
    case weightAveraged =
      "the weight's gradient is the mean over the rows: a gradient is the SUM over all uses"
    case biasAveraged =
      "the bias's gradient is the mean over the rows: a gradient is the SUM over all uses"
    case biasNotSummed =
      "the bias's gradient still has a row for each of the N rows: the bias is used N times, so sum"
    case weightTransposed = "the weight's gradient is transposed: it has the weight's shape, [O, I]"
    case weightInputsTransposed =
      "x's gradient takes the weight transposed: output o reached input i through weight [o, i]"
    case negative = "all three have the wrong sign: these are gradients, not steps of descent"
  }

  public struct Case: CustomStringConvertible {
    let (N, I, O): (Int, Int, Int)
    let gradient, x, weight: [Float]
    public var description: String { "gradient [\(N), \(O)], x [\(N), \(I)], weight [\(O), \(I)]" }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    [(3, 4, 4), (5, 2, 3), (2, 3, 3), (1, 1, 1), (1, 3, 5), (2, 6, 1), (7, 1, 4), (8, 5, 5)].map {
      N, I, O in
      Case(
        N: N, I: I, O: O, gradient: random.normals(N * O), x: random.normals(N * I),
        weight: random.normals(O * I))
    }
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    let result = function(
      Tensor(c.gradient, shape: [c.N, c.O]), Tensor(c.x, shape: [c.N, c.I]),
      Tensor(c.weight, shape: [c.O, c.I]))
    return [
      Answer("the gradient of x", result.x), Answer("the gradient of the weight", result.weight),
      Answer("the gradient of the bias", result.bias),
    ]
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    let (N, I, O) = (c.N, c.I, c.O)
    var x = [Double](repeating: 0, count: N * I)
    var weight = [Double](repeating: 0, count: O * I)
    var bias = [Double](repeating: 0, count: O)
    let turnsWeight = mistakes.contains(.weightInputsTransposed) && I == O
    for n in 0..<N {
      if mistakes.contains(.lastRowOnly) {
        weight = weight.map { _ in 0 }
        bias = bias.map { _ in 0 }
      }
      for o in 0..<O {
        let g = Double(c.gradient[n * O + o])
        bias[o] += g
        for i in 0..<I {
          x[n * I + i] += g * Double(c.weight[turnsWeight ? i * O + o : o * I + i])
          weight[o * I + i] += g * Double(c.x[n * I + i])
        }
      }
    }
    if mistakes.contains(.weightAveraged) { weight = weight.map { $0 / Double(N) } }
    if mistakes.contains(.biasAveraged) { bias = bias.map { $0 / Double(N) } }
    var shapes = (weight: [O, I], bias: [O])
    if mistakes.contains(.biasNotSummed) { (bias, shapes.bias) = (doubles(c.gradient), [N, O]) }
    if mistakes.contains(.weightTransposed) {
      weight = (0..<I).flatMap { i in (0..<O).map { weight[$0 * I + i] } }
      shapes.weight = [I, O]
    }
    let sign: Double = mistakes.contains(.negative) ? -1 : 1
    return [
      Answer("the gradient of x", x.map { sign * $0 }, shape: [N, I]),
      Answer("the gradient of the weight", weight.map { sign * $0 }, shape: shapes.weight),
      Answer("the gradient of the bias", bias.map { sign * $0 }, shape: shapes.bias),
    ]
  }
}
