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

@Suite("Modules") struct ModuleTests {
  @Test("Parameter names are the property paths through optionals, arrays and modules, in order")
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

  @Test("Modules are named too, each before the modules that it contains") func namedModules() {
    var random = SeededRandom(seed: 1)
    let model = Model(using: &random)
    let block = ["", ".up", ".norm"]
    let expected =
      block.map { "vision" + $0 } + block.map { "blocks.0" + $0 } + block.map { "blocks.1" + $0 }
      + ["heads.0", "heads.1"]
    #expect(model.namedModules.map(\.name) == expected)
    #expect(model.namedModules[1].module === model.vision!.up)
  }

  @Test("A frozen module gets no gradient until it is unfrozen") func freezing() {
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
}
