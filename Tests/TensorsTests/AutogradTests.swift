import TestSupport
import Testing

@testable import Tensors

@Suite("Backpropagation") struct AutogradTests {
  @Test("The gradient of a value is the sum over its uses") func manyUses() {
    let x = Tensor([3], shape: [1]).asParameter()
    let y = x * x  // 2x each time it is used
    (y * x + y + y + x).sum().backward()  // x³ + 2x² + x
    #expect(x.gradient?.values == [3 * 9 + 4 * 3 + 1])
    expectGradients([uniform(2, 3), uniform(3, seed: 2)]) { inputs in
      let (a, b) = (inputs[0], inputs[1])
      let c = (a * b).tanh()
      return c * a + c.exp() * b - (c + c) / (b.squared() + 1)
    }
  }

  @Test("Gradients of several backward passes add up") func accumulation() {
    let x = Tensor([1, 2], shape: [2]).asParameter()
    x.sum().backward()
    (x * 10).sum().backward()
    #expect(x.gradient?.values == [11, 11])
  }

  @Test("A frozen input gets no gradient, and the other inputs get the same as before")
  func frozen() {
    let (a, b) = (uniform(2, 3).asParameter(), uniform(3, 4, seed: 2).asParameter())
    a.matmul(b).squared().sum().backward()
    let before = b.gradient!.values
    (a.gradient, b.gradient) = (nil, nil)
    a.isFrozen = true
    a.matmul(b).squared().sum().backward()
    #expect(a.gradient == nil && b.gradient?.values == before)
    #expect(!a.requiresGradient && !a.exp().requiresGradient && b.exp().requiresGradient)
  }

  @Test("Every operation has a gradient when its other operand is a constant") func frozenPartners()
  {
    let constant = uniform(3, in: 1...2)
    expectGradients([uniform(2, 3)]) { ($0[0] + constant) * constant / constant - constant }
    expectGradients([uniform(2, 3)]) { constant - constant / ($0[0] + 3) * constant + $0[0] }
    let (gain, weight) = (constant.detached(), uniform(4, 3, seed: 3))
    expectGradients([uniform(2, 3, in: -2...2)], tolerance: 1e-3) {
      $0[0].layerNormalized(gain: gain, bias: gain, epsilon: 0.5)
        .linear(weight: weight, bias: .zeros([4]))
    }
  }

  @Test("withoutGradient records nothing inside, and records again afterwards and after an error")
  func withoutGradients() {
    struct Stop: Error {}
    let x = uniform(3).asParameter()
    #expect(withoutGradient { !x.exp().requiresGradient })
    try? withoutGradient { throw Stop() }
    #expect(x.exp().requiresGradient)
    withoutGradient { withoutGradient {} }
    #expect(x.exp().requiresGradient)
  }

  @Test("withGradient records inside of withoutGradient, which holds again afterwards")
  func gradientInside() {
    let x = uniform(3).asParameter()
    withoutGradient {
      withGradient { (x * x).sum().backward() }
      #expect(!x.exp().requiresGradient)
    }
    #expect(x.gradient?.values == x.values.map { 2 * $0 })
  }

  @Test("A graph 20,000 operations deep does not exhaust the stack") func deepGraph() {
    let x = Tensor([0], shape: [1]).asParameter()
    var y = x * 1
    for _ in 0..<20_000 { y = y + x }
    y.sum().backward()
    #expect(x.gradient?.values == [20_001])
  }

  @Test("Gradients of an attention layer with a weighted loss equal finite differences")
  func attention() {
    let inputs = [
      uniform(2, 5, 6), uniform(6, 6, seed: 2), uniform(6, 6, seed: 3), uniform(6, 6, seed: 4),
      uniform(6, in: 0.5...2, seed: 5), uniform(7, 6, seed: 6),
    ]
    let causal = Tensor(
      (0..<25).map { $0 % 5 > $0 / 5 ? -1e9 : 0 }, shape: [5, 5])
    expectGradients(inputs, tolerance: 1e-3) { input in
      let x = input[0].layerNormalized(gain: input[4], bias: .zeros([6]), epsilon: 0.1)
      func heads(_ weight: Tensor) -> Tensor {
        x.matmul(transposed: weight).reshaped([2, 5, 2, 3]).transposed(1, 2)  // [B, H, T, D]
      }
      let scores = heads(input[1]).matmul(transposed: heads(input[2])) / 1.7 + causal
      let mixed = scores.softmax().matmul(heads(input[3])).transposed(1, 2).reshaped([10, 6])
      return crossEntropy(
        (mixed + input[0].reshaped([10, 6])).gelu().matmul(transposed: input[5]),
        targets: [0, 1, 2, 3, 4, 5, 6, 0, 1, 2], weights: [1, 2, 0, 1, 0.5, 1, 1, 3, 0, 1])
    }
  }

  @Test("backward() of more than one number is refused") func shapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Tensor.zeros([2, 3]).asParameter().exp().backward()
    }
    expectMessage(result, "[2, 3]")
  }

  @Test("backward() of a number without a graph is refused") func unrecorded() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Tensor.zeros([2, 3]).sum().backward()
    }
    expectMessage(result, "no recorded operation")
  }

  @Test("backward() through a graph that was used already is refused") func usedGraph() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let hidden = Tensor.full([2, 3], 1).asParameter().exp()
      let (first, second) = (hidden.sum(), hidden.squared().sum())
      first.backward()
      second.backward()
    }
    expectMessage(result, "[2, 3]", "earlier pass")
  }
}
