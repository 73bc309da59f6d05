import TestSupport
import Testing

@testable import Tensors

@Suite("Layers") struct LayerTests {
  @Test("A linear layer computes x Wᵀ + b, and its weights start within ±1/√I") func linear() {
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

  @Test("A new layer norm gives every row mean 0 and variance 1") func layerNorm() {
    let y = LayerNorm(width: 65)(uniform(3, 65, in: 5...9)).values
    for row in stride(from: 0, to: 195, by: 65).map({ y[$0..<$0 + 65].map { Double($0) } }) {
      #expect(abs(row.reduce(0, +) / 65) < 1e-6)
      #expect(abs(row.map { $0 * $0 }.reduce(0, +) / 65 - 1) < 1e-4)
    }
  }

  @Test("An embedding returns the rows of its ids, and only those rows get a gradient")
  func embedding() {
    var random = SeededRandom(seed: 1)
    let table = Embedding(count: 4, width: 2, using: &random)
    let found = table([2, 0])
    #expect(found.shape == [2, 2] && found.values[0..<2] == table.weight.values[4..<6])
    found.sum().backward()
    #expect(table.weight.gradient?.values == [1, 1, 0, 0, 1, 1, 0, 0])
  }
}
