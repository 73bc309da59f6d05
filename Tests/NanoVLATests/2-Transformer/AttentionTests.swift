import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

@Suite struct AttentionTests {
  private func attention() -> MultiHeadAttention {
    var random = SeededRandom(seed: 7)
    let attention = MultiHeadAttention(width: 6, heads: 3, using: &random)
    unsettle(attention)
    return attention
  }

  @Test("self-attention is that of a plain loop")
  func plainLoop() {
    let (attention, x) = (attention(), uniform(2, 5, 6))
    let expected = naiveAttention(attention, x, x) { _, _, _ in true }
    #expect(maximumDifference(attention(x).output.values, expected) < 1e-5)
  }

  @Test("attention to another sequence is that of a plain loop")
  func context() {
    let (attention, x, other) = (attention(), uniform(2, 3, 6), uniform(2, 7, 6, seed: 2))
    let result = attention(x, context: other)
    let expected = naiveAttention(attention, x, other) { _, _, _ in true }
    #expect(result.output.shape == [2, 3, 6])
    #expect(result.weights.shape == [2, 3, 3, 7])
    #expect(maximumDifference(result.output.values, expected) < 1e-5)
  }

  @Test("a padding mask hides places from all, each sequence its own")
  func padding() {
    let (attention, x) = (attention(), uniform(2, 4, 6))
    let isToken = [[true, true, false, false], [true, true, true, false]]
    let result = attention(x, mask: AttentionMask.padding(isToken))
    let expected = naiveAttention(attention, x, x) { b, _, c in isToken[b][c] }
    #expect(maximumDifference(result.output.values, expected) < 1e-5)
    #expect(result.weights[0, 1, 3, 2] == 0)
  }

  @Test("under a causal mask no token sees a later one")
  func causal() {
    let (attention, x) = (attention(), uniform(1, 5, 6))
    let mask = AttentionMask.causal(count: 5)
    let found = attention(x, mask: mask).output
    let expected = naiveAttention(attention, x, x) { _, t, c in c <= t }
    #expect(maximumDifference(found.values, expected) < 1e-5)

    let changed = Tensor.concatenated(
      [x.sliced(axis: 1, 0..<3), uniform(1, 2, 6, seed: 9)], axis: 1)
    let after = attention(changed, mask: mask).output
    let (before3, after3) = (found.sliced(axis: 1, 0..<3), after.sliced(axis: 1, 0..<3))
    #expect(before3.values == after3.values)
  }

  @Test("each row of weights sums to 1, and none is negative")
  func rows() {
    let weights = attention()(uniform(2, 5, 6)).weights
    #expect(weights.sum(axis: 3).values.allSatisfy { abs($0 - 1) < 1e-6 })
    #expect(weights.values.allSatisfy { $0 >= 0 })
  }

  @Test("permuted tokens give the same answers, permuted")
  func equivariance() {
    let (attention, x) = (attention(), uniform(5, 6))
    let order = [3, 0, 4, 1, 2]
    let straight = attention(x.reshaped([1, 5, 6])).output.reshaped([5, 6]).rows(at: order)
    let permuted = attention(x.rows(at: order).reshaped([1, 5, 6])).output
    #expect(maximumDifference(permuted.values, straight.values) < 1e-6)
  }

  @Test("the gradient of every parameter and of both inputs is that of finite differences")
  func gradient() {
    let attention = attention()
    let (x, other) = (uniform(2, 3, 6).asParameter(), uniform(2, 4, 6, seed: 2).asParameter())
    let leaves = attention.namedParameters + [("x", x), ("context", other)]
    expectGradients(leaves) { attention(x, context: other).output }
    // The same number added to all keys adds the same to a row of scores: the softmax forgets it.
    let keyBias = attention.key.bias?.gradient?.values ?? [.nan]
    #expect(keyBias.allSatisfy { abs($0) < 1e-5 })
  }

  @Test("it has four square layers, named as they are used")
  func parameters() {
    let names = ["query", "key", "value", "output"].flatMap { ["\($0).weight", "\($0).bias"] }
    #expect(attention().namedParameters.map(\.name) == names)
    #expect(attention().parameterCount == 4 * (6 * 6 + 6))
  }

  @Test("tokens and context that do not fit stop with both shapes")
  func unlike() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SeededRandom(seed: 7)
      let attention = MultiHeadAttention(width: 6, heads: 3, using: &random)
      _ = attention(.zeros([2, 3, 6]), context: .zeros([1, 4, 6]))
    }
    expectMessage(result, "[2, 3, 6]", "[1, 4, 6]")
  }
}

/// Attention written as loops over single numbers, in Double.
private func naiveAttention(
  _ attention: MultiHeadAttention, _ x: Tensor, _ context: Tensor,
  sees: (_ sequence: Int, _ token: Int, _ other: Int) -> Bool
) -> [Float] {
  let (D, d) = (x.dim(2), x.dim(2) / attention.heads)
  func layer(_ layer: Linear, _ row: [Double]) -> [Double] {
    (0..<D).map { o in
      (0..<D).reduce(Double(layer.bias!.values[o])) { $0 + Double(layer.weight[o, $1]) * row[$1] }
    }
  }
  func row(_ x: Tensor, _ b: Int, _ t: Int) -> [Double] { (0..<D).map { Double(x[b, t, $0]) } }

  var output: [Float] = []
  for b in 0..<x.dim(0) {
    let keys = (0..<context.dim(1)).map { layer(attention.key, row(context, b, $0)) }
    let values = (0..<context.dim(1)).map { layer(attention.value, row(context, b, $0)) }
    for t in 0..<x.dim(1) {
      let query = layer(attention.query, row(x, b, t))
      var joined = [Double](repeating: 0, count: D)
      for head in 0..<attention.heads {
        let slice = head * d..<(head + 1) * d
        let seen = keys.indices.filter { sees(b, t, $0) }
        let exponentials = seen.map { c in
          exp(slice.reduce(0) { $0 + query[$1] * keys[c][$1] } / Double(d).squareRoot())
        }
        let sum = exponentials.reduce(0, +)
        for (c, e) in zip(seen, exponentials) {
          for i in slice { joined[i] += e / sum * values[c][i] }
        }
      }
      output += layer(attention.output, joined).map { Float($0) }
    }
  }
  return output
}
