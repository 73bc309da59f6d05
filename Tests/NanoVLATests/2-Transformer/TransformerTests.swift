import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

@Suite struct TransformerTests {
  @Test("a feed-forward layer treats each token by itself")
  func feedForward() {
    var random = SeededRandom(seed: 1)
    let layer = FeedForward(width: 3, hidden: 5, using: &random)
    let x = uniform(2, 7, 3)
    let together = layer(x).sliced(axis: 1, 4..<5).values
    let alone = layer(x.sliced(axis: 1, 4..<5)).values
    #expect(maximumDifference(together, alone) < 1e-6)
    #expect(layer.parameterCount == (3 * 5 + 5) + (5 * 3 + 3))
    expectGradients(layer.namedParameters) { layer(x) }
  }

  @Test("a block's gradient is that of finite differences")
  func blockGradient() {
    var random = SeededRandom(seed: 2)
    let block = TransformerBlock(width: 4, heads: 2, ratio: 2, using: &random)
    unsettle(block)
    let x = uniform(1, 3, 4).asParameter()
    expectGradients(block.namedParameters + [("x", x)]) { block(x) }
  }

  @Test("a stack's gradient is that of finite differences, under a mask too")
  func stackGradient() {
    var random = SeededRandom(seed: 3)
    let stack = TinyTransformer(width: 4, depth: 2, heads: 2, ratio: 1, using: &random)
    unsettle(stack)
    let x = uniform(1, 3, 4)
    let mask = AttentionMask.padding([[true, true, false]])
    expectGradients(stack.namedParameters) { stack(x, mask: mask) }
  }

  @Test(
    "what comes out has the shape of what went in",
    arguments: [[1, 1, 4], [3, 1, 4], [1, 13, 4], [2, 5, 4]])
  func shapes(shape: [Int]) {
    var random = SeededRandom(seed: 4)
    let stack = TinyTransformer(width: 4, depth: 2, heads: 2, using: &random)
    let x = Tensor.normal(shape, scale: 1, using: &random)
    let y = stack(x)
    #expect(y.shape == shape)
    #expect(y.values.allSatisfy { $0.isFinite })
  }

  @Test(
    "it has as many parameters as torch's encoder layer has", arguments: [(8, 3, 4), (64, 1, 2)])
  func parameterCount(width: Int, depth: Int, ratio: Int) {
    var random = SeededRandom(seed: 5)
    let stack = TinyTransformer(width: width, depth: depth, heads: 4, ratio: ratio, using: &random)
    let (D, F) = (width, ratio * width)
    // torch.nn.TransformerEncoderLayer: in_proj 3D² + 3D, out_proj D² + D, linear1, linear2, 2 norms.
    let block = (3 * D * D + 3 * D) + (D * D + D) + (D * F + F) + (F * D + D) + 2 * 2 * D
    #expect(stack.parameterCount == depth * block + 2 * D)
  }

  @Test("parameters are named by where they are")
  func names() {
    var random = SeededRandom(seed: 6)
    let stack = TinyTransformer(width: 4, depth: 2, heads: 2, using: &random)
    let names = stack.namedParameters.map(\.name)
    #expect(names.first == "blocks.0.norm1.weight")
    #expect(names.contains("blocks.1.attention.query.weight"))
    #expect(names.contains("blocks.1.feedForward.contract.bias"))
    #expect(names.last == "norm.bias")
    #expect(names.count == 2 * 16 + 2)
    #expect(Set(names).count == names.count)
  }

  @Test("what is padding changes no other token")
  func padding() {
    var random = SeededRandom(seed: 7)
    let stack = TinyTransformer(width: 4, depth: 2, heads: 2, using: &random)
    let x = uniform(1, 3, 4)
    let changed = Tensor.concatenated(
      [x.sliced(axis: 1, 0..<2), uniform(1, 1, 4, seed: 8)], axis: 1)
    let mask = AttentionMask.padding([[true, true, false]])
    let (before, after) = (stack(x, mask: mask), stack(changed, mask: mask))
    #expect(before.sliced(axis: 1, 0..<2).values == after.sliced(axis: 1, 0..<2).values)
    #expect(stack(x).values != before.values)
  }
}
