import Tensors

/// Exercise 8: from the tokens of any backbone to a policy's state, against a loop over tokens.
///
/// - Letters: B observations, T tokens, D width of a token, S width of the state.
public enum PooledState: Oracle {
  public typealias Function = (
    _ tokens: Tensor, _ isToken: [[Bool]], _ weight: Tensor, _ bias: Tensor
  ) -> Tensor

  public enum Mistake: String, CaseIterable {
    case paddingIncluded =
      "the padding is in the mean: a short prompt then has another state in a longer batch"
    case dividedByLength = "divided by T: divide by the number of tokens that are not padding"
    case summed = "the sum of the tokens, not their mean: it grows with the prompt"
    case onlyPadding = "isToken is inverted: the mean is that of the padding"
    case lastToken =
      "only the last token that is not padding is used: this exercise asks for the mean"
    case lastPosition = "the token at position T − 1 is used, and it may be padding"
    case firstToken = "only the first token that is not padding is used"
    case weightTransposed = "the weight is transposed: [S, D] maps D inputs to S outputs, as x Wᵀ"
    case noBias = "the bias is missing"
    case biasBeforeMean = "the bias is added for each token and padded position, and so not once"
    case noProjection = "the tokens are not projected: the state has the width S of the head"
  }

  public struct Case: CustomStringConvertible {
    let (B, T, D, S): (Int, Int, Int, Int)
    let tokens, weight, bias: [Float]
    let isToken: [[Bool]]
    public var description: String {
      "tokens [\(B), \(T), \(D)], "
        + "\(isToken.map { row in row.count { $0 } }) of them not padding, weight [\(S), \(D)]"
    }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    func example(_ B: Int, _ T: Int, _ D: Int, _ S: Int, _ isToken: (Int, Int) -> Bool) -> Case {
      Case(
        B: B, T: T, D: D, S: S, tokens: random.normals(B * T * D), weight: random.normals(S * D),
        bias: random.normals(S), isToken: (0..<B).map { b in (0..<T).map { isToken(b, $0) } })
    }
    return [
      example(2, 5, 3, 3) { b, t in t < 3 + b }, example(3, 6, 4, 2) { b, t in t <= b },
      example(2, 4, 2, 5) { b, t in t >= 1 + b },  // padding at the left
      example(1, 4, 3, 3) { _, _ in true }, example(1, 1, 1, 1) { _, _ in true },
      example(4, 3, 5, 1) { b, t in t == b % 3 }, example(2, 7, 1, 4) { b, t in (t + b) % 2 == 0 },
    ]
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    let state = function(
      Tensor(c.tokens, shape: [c.B, c.T, c.D]), c.isToken, Tensor(c.weight, shape: [c.S, c.D]),
      Tensor(c.bias, shape: [c.S]))
    return [Answer("the state", state)]
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    let (D, S) = (c.D, c.S)
    var state: [Double] = []
    for b in 0..<c.B {
      let own = (0..<c.T).filter { c.isToken[b][$0] }
      var used = own
      if mistakes.contains(.paddingIncluded) { used = Array(0..<c.T) }
      if mistakes.contains(.onlyPadding) { used = (0..<c.T).filter { !c.isToken[b][$0] } }
      if mistakes.contains(.lastToken) { used = [own[own.count - 1]] }
      if mistakes.contains(.lastPosition) { used = [c.T - 1] }
      if mistakes.contains(.firstToken) { used = [own[0]] }
      var divisor = Double(used.count)
      if mistakes.contains(.dividedByLength) { divisor = Double(c.T) }
      if mistakes.contains(.summed) { divisor = 1 }
      var mean = [Double](repeating: 0, count: D)
      for t in used {
        for i in 0..<D { mean[i] += Double(c.tokens[(b * c.T + t) * D + i]) / divisor }
      }
      if mistakes.contains(.noProjection) {
        state += mean
        continue
      }
      let biasFactor =
        mistakes.contains(.noBias)
        ? 0 : mistakes.contains(.biasBeforeMean) ? Double(c.T) / Double(own.count) : 1
      let turns = mistakes.contains(.weightTransposed) && D == S
      for s in 0..<S {
        var sum = biasFactor * Double(c.bias[s])
        for i in 0..<D { sum += mean[i] * Double(c.weight[turns ? i * S + s : s * D + i]) }
        state.append(sum)
      }
    }
    return [
      Answer("the state", state, shape: [c.B, mistakes.contains(.noProjection) ? D : S])
    ]
  }
}
