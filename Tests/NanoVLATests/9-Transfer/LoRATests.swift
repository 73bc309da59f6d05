import Files
import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

@Suite struct LoRATests {
  private func layer(_ inputs: Int, _ outputs: Int, rank: Int, alpha: Float = 6) -> (Linear, LoRA) {
    var random = SeededRandom(seed: 3)
    let layer = Linear(inputs: inputs, outputs: outputs, using: &random)
    let lora = LoRA(for: layer, rank: rank, alpha: alpha, using: &random)
    layer.adaptation = lora
    return (layer, lora)
  }

  @Test("a new LoRA leaves the outputs bit-identical")
  func startsAsIdentity() {
    let (layer, _) = layer(5, 3, rank: 2)
    let x = uniform(4, 5)
    let adapted = layer(x).values
    layer.adaptation = nil
    #expect(adapted == layer(x).values)
  }

  @Test(
    "the output is W x + b + (α/r) B A x, as computed by plain loops",
    arguments: [(1, 3), (2, 1), (4, 7)])
  func forward(rank: Int, inputs: Int) {
    let (O, I) = (5, inputs)
    let (layer, lora) = layer(I, O, rank: rank)
    unsettle(layer)
    let x = uniform(2, 3, I, seed: 8)
    let y = layer(x)
    #expect(y.shape == [2, 3, O])
    var expected: [Float] = []
    for row in 0..<6 {
      for o in 0..<O {
        var sum = Double(layer.bias!.values[o])
        for i in 0..<I {
          var updated = Double(layer.weight[o, i])
          for r in 0..<rank {
            updated += 6 / Double(rank) * Double(lora.loraB[o, r]) * Double(lora.loraA[r, i])
          }
          sum += updated * Double(x.values[row * I + i])
        }
        expected.append(Float(sum))
      }
    }
    #expect(maximumDifference(y.values, expected) < 1e-5)
  }

  @Test("the gradients of A, B and the input match finite differences")
  func gradients() {
    let (layer, lora) = layer(4, 3, rank: 2)
    unsettle(layer)
    let x = uniform(2, 4).asParameter()
    expectGradients(layer.namedParameters + [("x", x)]) { layer(x) }
    layer.weight.isFrozen = true
    layer.weight.gradient = nil
    layer(x).sum().backward()
    #expect(layer.weight.gradient == nil && lora.loraA.gradient != nil)
  }

  @Test("merging keeps the outputs; unmerging restores bit-identical weights")
  func merging() {
    let (layer, lora) = layer(33, 17, rank: 4)
    unsettle(layer)
    let (before, x) = (layer.weight.values, uniform(9, 33, seed: 2))
    let adapted = layer(x).values
    lora.merge(into: layer)
    #expect(lora.isMerged && layer.weight.values != before)
    #expect(maximumDifference(layer(x).values, adapted) < 1e-5)
    lora.unmerge(from: layer)
    #expect(!lora.isMerged && layer.weight.values == before)
    #expect(layer(x).values == adapted)
  }

  @Test(
    "weights packed in a file can be adapted and merged",
    arguments: [
      SafetensorsDataType.bfloat16, .float16,
    ])
  func packed(type: SafetensorsDataType) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appending(path: "one.safetensors")
    let (layer, lora) = layer(12, 10, rank: 3)
    unsettle(layer)
    try Safetensors.write(
      [("weight", layer.weight.shape, layer.weight.values)], as: type, to: url)
    layer.weight.adopt(try SafetensorsFile(url: url).tensor("weight"))
    let (stored, x) = (layer.weight.values, uniform(3, 12).asParameter())
    expectGradients([("A", lora.loraA), ("B", lora.loraB), ("x", x)]) { layer(x) }
    let adapted = layer(x).values
    lora.merge(into: layer)
    #expect(!layer.weight.isPacked && layer.weight.isFrozen)
    #expect(maximumDifference(layer(x).values, adapted) < 1e-5)
    lora.unmerge(from: layer)
    #expect(layer.weight.isPacked && layer.weight.values == stored)
    #expect(layer(x).values == adapted)
  }

  @Test("a whole model merges, and unmerges to bit-identical weights")
  func wholeModel() throws {
    var random = SeededRandom(seed: 4)
    let model = TinyTransformer(width: 8, depth: 2, heads: 2, using: &random)
    let before = model.parameters.map(\.values)
    let count = try model.adapt { LoRA(for: $0, rank: 2, alpha: 2, using: &random) }
    #expect(count == 12)
    for (_, layer) in model.linearLayers { unsettle(layer.adaptation as! LoRA) }
    let x = uniform(2, 3, 8)
    let adapted = model(x).values
    model.mergeLoRA()
    #expect(maximumDifference(model(x).values, adapted) < 1e-5)
    for (_, layer) in model.linearLayers { (layer.adaptation as? LoRA)?.unmerge(from: layer) }
    #expect(model(x).values == adapted)
    model.removeAdaptations()
    #expect(model.parameters.map(\.values) == before)
  }

  @Test("the parameters are named below their layer; all others keep their names and are frozen")
  func names() throws {
    var random = SeededRandom(seed: 4)
    let model = TinyTransformer(width: 8, depth: 1, heads: 2, using: &random)
    let before = model.namedParameters.map(\.name)
    try model.adapt(["query", "feedForward"]) { LoRA(for: $0, rank: 2, alpha: 2, using: &random) }
    let new = model.namedParameters.filter { !$0.parameter.isFrozen }.map(\.name)
    #expect(
      new
        == ["attention.query", "feedForward.expand", "feedForward.contract"].flatMap {
          ["blocks.0.\($0).adaptation.loraA", "blocks.0.\($0).adaptation.loraB"]
        })
    #expect(model.namedParameters.map(\.name).filter { !$0.contains("adaptation") } == before)
  }

  @Test("a target without a layer and a second adaptation are refused and change nothing")
  func badTargets() throws {
    var random = SeededRandom(seed: 4)
    let model = TinyTransformer(width: 8, depth: 1, heads: 2, using: &random)
    func adapt(_ targets: [String]) throws(TransferError) {
      try model.adapt(targets) { LoRA(for: $0, rank: 2, alpha: 2, using: &random) }
    }
    let error = #expect(throws: TransferError.self) { try adapt(["query", "attention.kee"]) }
    #expect("\(error!)".contains("“attention.kee”") && "\(error!)".contains("attention.key"))
    #expect(model.parameters.allSatisfy { !$0.isFrozen } && model.parameters.count == 18)
    try adapt(["blocks.0.attention"])
    #expect(throws: TransferError.alreadyAdapted("blocks.0.attention.key")) { try adapt(["key"]) }
  }
}
