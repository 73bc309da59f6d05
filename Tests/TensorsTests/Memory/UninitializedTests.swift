import TestSupport
import Testing

@testable import Tensors

@Suite("Uninitialized models") struct UninitializedTests {
  @Test("An uninitialized layer of 64 GB has shapes and names, and draws no random numbers")
  func shapes() {
    var random = SeededRandom(seed: 1)
    let before = random
    let layer = uninitialized { Linear(inputs: 1 << 17, outputs: 1 << 17, using: &random) }
    #expect(layer.weight.shape == [1 << 17, 1 << 17] && layer.parameterCount == 1 << 34 + 1 << 17)
    #expect(layer.namedParameters.map(\.name) == ["weight", "bias"])
    #expect(layer.weight.description == "Tensor [131072, 131072], uninitialized")
    var after = random
    var untouched = before
    #expect(after.next() == untouched.next())
  }

  @Test("Given values are kept inside, and tensors are initialized outside and after an error")
  func scope() {
    uninitialized {
      let given = Tensor([1, 2], shape: [2])
      #expect(given.values == [1, 2])
    }
    #expect(Tensor.zeros([2]).values == [0, 0])
    struct Stop: Error {}
    try? uninitialized { throw Stop() }
    #expect(Tensor.full([2], 3).values == [3, 3])
  }

  @Test("Adopted values are shared; values can be set instead") func adopting() {
    var random = SeededRandom(seed: 1)
    let layer = uninitialized { Linear(inputs: 2, outputs: 3, using: &random) }
    let weight = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    layer.weight.adopt(weight)
    layer.bias?.values = [10, 20, 30]
    #expect(layer(Tensor([1, -1], shape: [1, 2])).values == [9, 19, 29])
    weight.values = [0, 0, 0, 0, 0, 0]
    #expect(layer(Tensor([1, -1], shape: [1, 2])).values == [10, 20, 30])
    layer(Tensor([1, -1], shape: [1, 2])).sum().backward()
    #expect(layer.weight.gradient?.values == [1, -1, 1, -1, 1, -1])
  }

  @Test("Reading uninitialized values, and adopting another shape, are refused") func errors() async
  {
    let early = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let norm = uninitialized { LayerNorm(width: 5) }
      _ = norm(.zeros([2, 5]))
    }
    expectMessage(early, "[5]", "uninitialized")
    let other = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let norm = uninitialized { LayerNorm(width: 5) }
      norm.weight.adopt(.zeros([5, 1]))
    }
    expectMessage(other, "[5]", "[5, 1]")
  }
}
