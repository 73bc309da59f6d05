import TestSupport
import Testing

@testable import Tensors

private final class Block: Module {
  let up: Linear
  let norm = LayerNorm(width: 3)
  init(using random: inout SeededRandom) { up = Linear(inputs: 2, outputs: 3, using: &random) }
}

private final class Model: Module {
  let scale: Tensor? = Tensor.full([1], 2).asParameter()
  let missing: Tensor? = nil
  let vision: Block?
  let language: Block? = nil
  let blocks: [Block]
  let heads: [any Module]
  let tables = [Tensor.zeros([2]).asParameter(), Tensor.zeros([3]).asParameter()]
  let constant = Tensor.zeros([5])
  let width = 3
  let name = "toy"

  init(using random: inout SeededRandom) {
    vision = Block(using: &random)
    blocks = [Block(using: &random), Block(using: &random)]
    heads = [
      Linear(inputs: 3, outputs: 1, bias: false, using: &random), Optional(LayerNorm(width: 1))!,
    ]
  }
}

@Suite("Modules and layers") struct ModuleTests {
  @Test("Names follow properties through optionals, arrays and modules in their order")
  func names() {
    var random = SeededRandom(seed: 1)
    let block = ["up.weight", "up.bias", "norm.weight", "norm.bias"]
    let expected =
      ["scale"] + block.map { "vision." + $0 } + block.map { "blocks.0." + $0 }
      + block.map { "blocks.1." + $0 } + ["heads.0.weight", "heads.1.weight", "heads.1.bias"]
      + ["tables.0", "tables.1"]
    let model = Model(using: &random)
    #expect(model.namedParameters.map(\.name) == expected)
    #expect(model.namedParameters[1].parameter === model.vision!.up.weight)
    #expect(model.parameterCount == 1 + 3 * (6 + 3 + 3 + 3) + 3 + 2 + 5)
  }

  @Test("Modules have names too, each before those inside it") func namedModules() {
    var random = SeededRandom(seed: 1)
    let model = Model(using: &random)
    let block = ["", ".up", ".norm"]
    let expected =
      block.map { "vision" + $0 } + block.map { "blocks.0" + $0 } + block.map { "blocks.1" + $0 }
      + ["heads.0", "heads.1"]
    #expect(model.namedModules.map(\.name) == expected)
    #expect(model.namedModules[1].module === model.vision!.up)
  }

  @Test("Freezing stops every parameter, and only until it is undone") func freezing() {
    var random = SeededRandom(seed: 1)
    let layer = Linear(inputs: 3, outputs: 2, using: &random)
    let x = Tensor.full([1, 3], 1)
    layer.freeze()
    #expect(!layer(x).requiresGradient && layer.parameters.count == 2)
    #expect(AdamW(layer.parameters).parameters.isEmpty)
    layer.freeze(false)
    layer(x).sum().backward()
    #expect(layer.weight.gradient?.values == [1, 1, 1, 1, 1, 1])
    #expect(layer.bias?.gradient?.values == [1, 1])
  }

  @Test("Linear multiplies by its transposed weight and adds its bias") func linear() {
    var random = SeededRandom(seed: 1)
    let layer = Linear(inputs: 2, outputs: 3, using: &random)
    layer.weight.values = [1, 2, 3, 4, 5, 6]
    layer.bias?.values = [10, 20, 30]
    #expect(layer(Tensor([1, -1], shape: [1, 2])).values == [9, 19, 29])
    let plain = Linear(inputs: 100, outputs: 50, bias: false, using: &random)
    #expect(plain.bias == nil && plain(Tensor.zeros([2, 4, 100])).shape == [2, 4, 50])
    let weights = plain.weight.values
    #expect(weights.allSatisfy { abs($0) <= 0.1 } && weights.contains { abs($0) > 0.099 })
  }

  @Test("A new layer norm leaves mean 0 and variance 1") func layerNorm() {
    let y = LayerNorm(width: 65)(uniform(3, 65, in: 5...9)).values
    for row in stride(from: 0, to: 195, by: 65).map({ y[$0..<$0 + 65].map { Double($0) } }) {
      #expect(abs(row.reduce(0, +) / 65) < 1e-6)
      #expect(abs(row.map { $0 * $0 }.reduce(0, +) / 65 - 1) < 1e-4)
    }
  }

  @Test("An embedding looks up its rows and learns only those") func embedding() {
    var random = SeededRandom(seed: 1)
    let table = Embedding(count: 4, width: 2, using: &random)
    let found = table([2, 0])
    #expect(found.shape == [2, 2] && found.values[0..<2] == table.weight.values[4..<6])
    found.sum().backward()
    #expect(table.weight.gradient?.values == [1, 1, 0, 0, 1, 1, 0, 0])
  }
}
