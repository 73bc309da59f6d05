import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// The parts that published blocks are made of, each against plain loops and finite differences.
@Suite struct BlockPartsTests {
  @Test(
    "RMSNorm divides each row by its root mean square, as in a plain loop", arguments: [0, 1])
  func rmsNorm(offset: Float) {
    let (norm, x) = (RMSNorm(width: 5, epsilon: 1e-2, offset: offset), uniform(2, 3, 5))
    #expect(norm.weight.values == Array(repeating: 1 - offset, count: 5))
    unsettle(norm)
    var expected: [Float] = []
    for b in 0..<2 {
      for t in 0..<3 {
        let row = (0..<5).map { Double(x[b, t, $0]) }
        let size = (row.reduce(0) { $0 + $1 * $1 } / 5 + 0.01).squareRoot()
        expected += row.indices.map { Float(row[$0] / size) * (norm.weight.values[$0] + offset) }
      }
    }
    #expect(maximumDifference(norm(x).values, expected) < 1e-6)
    let leaf = uniform(2, 3, 5).asParameter()
    expectGradients(norm.namedParameters + [("x", leaf)]) { norm(leaf) }
  }

  @Test("SwiGLU multiplies a gate and a linear layer, as in a plain loop")
  func swiGLU() {
    var random = SeededRandom(seed: 3)
    let (layer, x) = (SwiGLU(width: 3, hidden: 4, using: &random), uniform(1, 2, 3))
    var expected: [Float] = []
    for t in 0..<2 {
      func read(_ linear: Linear, _ o: Int) -> Double {
        (0..<3).reduce(0) { $0 + Double(linear.weight[o, $1]) * Double(x[0, t, $1]) }
      }
      let hidden = (0..<4).map { f -> Double in
        let gate = read(layer.gate, f)
        return gate / (1 + exp(-gate)) * read(layer.up, f)
      }
      expected += (0..<3).map { o in
        Float((0..<4).reduce(0) { $0 + Double(layer.down.weight[o, $1]) * hidden[$1] })
      }
    }
    #expect(maximumDifference(layer(x).values, expected) < 1e-6)
    #expect(layer.namedParameters.map(\.name) == ["gate.weight", "up.weight", "down.weight"])
    let leaf = uniform(1, 2, 3).asParameter()
    expectGradients(layer.namedParameters + [("x", leaf)]) { layer(leaf) }
  }

  @Test(
    "activations are those that config.json names, with torch's values at −1.5 and 0.75",
    arguments: [
      ("gelu", [-0.10021081, 0.58002945]), ("gelu_pytorch_tanh", [-0.10042842, 0.57996056]),
      ("gelu_new", [-0.10042842, 0.57996056]), ("quick_gelu", [-0.10833780, 0.58639006]),
      ("relu", [0, 0.75]), ("silu", [-0.27363829, 0.50938402]),
    ] as [(String, [Float])])
  func activations(name: String, expected: [Float]) throws {
    let activation = try #require(Activation(named: name))
    let found = activation(Tensor([-1.5, 0.75], shape: [2])).values
    #expect(maximumDifference(found, expected) < 2e-6)
  }

  @Test("an unknown activation has no value")
  func unknownActivation() { #expect(Activation(named: "mish") == nil) }

  @Test("the gradient of a decoder block with all parts matches finite differences")
  func decoderBlock() {
    var random = SeededRandom(seed: 4)
    let block = PreNormBlock(
      norm: { RMSNorm(width: 4) },
      attention: GroupedQueryAttention(
        width: 4, heads: 2, keyValueHeads: 1, inputBias: false, outputBias: false,
        rotary: RotaryPosition(headWidth: 2), using: &random),
      feedForward: SwiGLU(width: 4, hidden: 6, using: &random),
      layerScale: { Tensor.full([4], 0.7) })
    unsettle(block)
    let (x, mask) = (uniform(1, 3, 4).asParameter(), AttentionMask.causal(count: 3))
    expectGradients(block.namedParameters + [("x", x)]) { block(x, mask: mask) }
    let names = block.namedParameters.map(\.name)
    #expect(
      names == [
        "norm1.weight", "attention.query.weight", "attention.key.weight", "attention.value.weight",
        "attention.output.weight", "layerScale1", "norm2.weight", "feedForward.gate.weight",
        "feedForward.up.weight", "feedForward.down.weight", "layerScale2",
      ])
  }

  @Test("with a layer scale of 0 a block is the identity")
  func layerScale() {
    var random = SeededRandom(seed: 4)
    let block = PreNormBlock(
      norm: { LayerNorm(width: 4) },
      attention: GroupedQueryAttention(width: 4, heads: 2, using: &random),
      feedForward: MLP(width: 4, hidden: 8, activation: .relu, using: &random),
      layerScale: { Tensor.zeros([4]) })
    let x = uniform(1, 3, 4)
    let same = block(x).values
    #expect(same == x.values)
  }

  @Test("a stack passes each block's output to its observer")
  func seen() {
    var random = SeededRandom(seed: 3)
    let blocks = (0..<3).map { _ in
      PreNormBlock(
        norm: { LayerNorm(width: 4) },
        attention: GroupedQueryAttention(width: 4, heads: 2, using: &random),
        feedForward: MLP(width: 4, hidden: 16, activation: .gelu, using: &random))
    }
    var states: [Tensor] = []
    let last = blocks(uniform(1, 3, 4)) { states.append($0) }
    #expect(states.count == 3)
    #expect(states.last?.values == last.values)
    let second = blocks[1](states[0]).values
    #expect(second == states[1].values)
  }
}
