import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// Attention with the variations of published models: shared key/value heads, rotary positions, a cache.
@Suite struct GroupedQueryAttentionTests {
  private func attention(
    keyValueHeads: Int = 2, headWidth: Int? = nil, rotary: Bool = false
  ) -> GroupedQueryAttention {
    var random = SeededRandom(seed: 7)
    let attention = GroupedQueryAttention(
      width: 8, heads: 4, keyValueHeads: keyValueHeads, headWidth: headWidth,
      rotary: rotary ? RotaryPosition(headWidth: headWidth ?? 2, theta: 100) : nil, using: &random)
    unsettle(attention)
    return attention
  }

  @Test(
    "grouped heads are heads with repeated keys and values, as in a plain loop",
    arguments: [(4, nil), (2, nil), (1, nil), (2, 6)] as [(Int, Int?)])
  func plainLoop(keyValueHeads: Int, headWidth: Int?) {
    let attention = attention(keyValueHeads: keyValueHeads, headWidth: headWidth)
    let x = uniform(2, 5, 8)
    let result = attention(x, mask: AttentionMask.causal(count: 5))
    #expect(result.output.shape == [2, 5, 8])
    #expect(result.weights.shape == [2, 4, 5, 5])
    #expect(maximumDifference(result.output.values, naiveGrouped(attention, x)) < 1e-5)
  }

  @Test("shared key/value heads have fewer parameters")
  func parameters() {
    let shapes = attention(keyValueHeads: 1, headWidth: 6).namedParameters.map(\.parameter.shape)
    #expect(shapes == [[24, 8], [24], [6, 8], [6], [6, 8], [6], [8, 24], [8]])
  }

  @Test("input and output biases are absent independently")
  func biases() {
    var random = SeededRandom(seed: 1)
    let attention = GroupedQueryAttention(
      width: 4, heads: 2, inputBias: true, outputBias: false, using: &random)
    let names = attention.namedParameters.map(\.name)
    #expect(names.contains("key.bias"))
    #expect(!names.contains("output.bias"))
  }

  @Test("the context can have another width")
  func contextWidth() {
    var random = SeededRandom(seed: 1)
    let attention = GroupedQueryAttention(width: 4, heads: 2, contextWidth: 6, using: &random)
    let output = attention(uniform(1, 3, 4), context: uniform(1, 7, 6)).output
    #expect(output.shape == [1, 3, 4])
    #expect(attention.key.weight.shape == [4, 6])
  }

  @Test(
    "token by token with a cache gives the outputs of all tokens at once",
    arguments: [[5], [1, 1, 1, 1, 1], [3, 2]])
  func cache(steps: [Int]) {
    let (attention, x) = (attention(rotary: true), uniform(2, 5, 8))
    let whole = attention(x, mask: AttentionMask.causal(count: 5)).output
    let cache = KeyValueCache(depth: 1)
    var parts: [Tensor] = []
    for count in steps {
      let past = cache.length
      parts.append(
        attention(
          x.sliced(axis: 1, past..<past + count),
          mask: AttentionMask.causal(count: count, past: past), cache: cache.layers[0]
        ).output)
    }
    #expect(cache.length == 5)
    #expect(cache.layers[0].keys?.shape == [2, 2, 5, 2])
    let joined = Tensor.concatenated(parts, axis: 1)
    #expect(maximumDifference(joined.values, whole.values) < 1e-6)
  }

  @Test("a copied cache has the same contents and changes independently")
  func copiedCache() {
    let (attention, x) = (attention(rotary: true), uniform(1, 4, 8))
    func read(_ tokens: Range<Int>, _ cache: KeyValueCache) -> [Float] {
      let mask = AttentionMask.causal(count: tokens.count, past: cache.length)
      let part = x.sliced(axis: 1, tokens)
      return attention(part, mask: mask, cache: cache.layers[0]).output.values
    }
    let cache = KeyValueCache(depth: 1)
    _ = read(0..<3, cache)
    let copy = cache.copy()
    let once = read(3..<4, copy)
    #expect(copy.length == 4 && cache.length == 3)
    let again = read(3..<4, cache)
    #expect(once == again)
  }

  @Test("under a causal mask with a past all queries attend to the past")
  func mask() {
    let values = AttentionMask.causal(count: 2, past: 3)
    #expect(values.shape == [2, 5])
    #expect(values.values == [0, 0, 0, 0, -1e9, 0, 0, 0, 0, 0])
  }

  @Test("the gradient through groups and rotary positions is that of finite differences")
  func gradient() {
    let (attention, x) = (attention(rotary: true), uniform(2, 3, 8).asParameter())
    let mask = AttentionMask.causal(count: 3)
    expectGradients(attention.namedParameters + [("x", x)]) { attention(x, mask: mask).output }
  }

  @Test("a padding mask hides positions from every head of a group, for each sequence its own")
  func padding() {
    let (attention, x) = (attention(keyValueHeads: 2), uniform(2, 5, 8))
    let lengths = [3, 4]
    let isToken = lengths.map { length in (0..<5).map { $0 < length } }
    let mask = AttentionMask.causal(count: 5) + AttentionMask.padding(isToken)  // [2, 1, 5, 5]
    let result = attention(x, mask: mask)
    for (b, length) in lengths.enumerated() {
      let short = x.sliced(axis: 0, b..<b + 1).sliced(axis: 1, 0..<length)
      let alone = attention(short, mask: AttentionMask.causal(count: length)).output
      let found = result.output.sliced(axis: 0, b..<b + 1).sliced(axis: 1, 0..<length)
      #expect(maximumDifference(found.values, alone.values) < 1e-6)
      for h in 0..<4 { for t in 0..<5 { #expect(result.weights[b, h, t, 4] == 0) } }
    }
  }

  @Test("heads that are not a multiple of the key/value heads stop with both numbers")
  func uneven() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SeededRandom(seed: 7)
      _ = GroupedQueryAttention(width: 8, heads: 4, keyValueHeads: 3, using: &random)
    }
    expectMessage(result, "4 heads", "3 key/value heads")
  }
}

/// Causal attention in groups, as loops over single numbers in Double: head h reads key head
/// h / (H/G), as torch's repeat_interleave lays them out.
private func naiveGrouped(_ attention: GroupedQueryAttention, _ x: Tensor) -> [Float] {
  let (H, G) = (attention.heads, attention.keyValueHeads)
  let d = attention.query.weight.dim(0) / H
  func layer(_ layer: Linear, _ row: [Double]) -> [Double] {
    (0..<layer.weight.dim(0)).map { o in
      row.indices.reduce(Double(layer.bias?.values[o] ?? 0)) {
        $0 + Double(layer.weight[o, $1]) * row[$1]
      }
    }
  }
  var output: [Float] = []
  for b in 0..<x.dim(0) {
    let rows = (0..<x.dim(1)).map { t in (0..<x.dim(2)).map { Double(x[b, t, $0]) } }
    let (keys, values) = (
      rows.map { layer(attention.key, $0) }, rows.map { layer(attention.value, $0) }
    )
    for t in rows.indices {
      let query = layer(attention.query, rows[t])
      var joined = [Double](repeating: 0, count: H * d)
      for h in 0..<H {
        let g = h / (H / G)
        let exponentials = (0...t).map { c in
          exp((0..<d).reduce(0) { $0 + query[h * d + $1] * keys[c][g * d + $1] } / sqrt(Double(d)))
        }
        let sum = exponentials.reduce(0, +)
        for c in 0...t {
          for i in 0..<d { joined[h * d + i] += exponentials[c] / sum * values[c][g * d + i] }
        }
      }
      output += layer(attention.output, joined).map { Float($0) }
    }
  }
  return output
}
