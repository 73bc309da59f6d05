import TestSupport
import Testing

@testable import Tensors

@Suite("Tensors") struct TensorTests {
  @Test("Elements are in row-major order") func order() {
    let x = Tensor([0, 1, 2, 3, 4, 5], shape: [2, 3])
    #expect(x[1, 0] == 3 && x[0, 2] == 2 && x.count == 6)
    #expect(x.dim(0) == 2 && x.dim(-1) == 3)
    #expect(Tensor([7], shape: []).item == 7)
  }

  @Test("values is a copy; setting it replaces all elements") func values() {
    let x = Tensor.zeros([2, 2])
    var copy = x.values
    copy[0] = 9
    #expect(x.values == [0, 0, 0, 0])
    x.values = copy
    #expect(x[0, 0] == 9)
  }

  @Test("Random tensors are reproducible and have the distribution asked for") func randomness() {
    var (a, b) = (SeededRandom(seed: 7), SeededRandom(seed: 7))
    let x = Tensor.normal([3, 5], scale: 2, using: &a).values
    #expect(x == (0..<15).map { _ in 2 * b.normal() })
    #expect(uniform(1_000, in: 2...3).values.allSatisfy { $0 >= 2 && $0 <= 3 })
  }

  @Test("No gradient passes through a detached tensor") func detached() {
    let x = Tensor([3], shape: [1]).asParameter()
    (x * x.squared().detached()).sum().backward()
    #expect(x.gradient?.values == [9])
    #expect(!x.detached().requiresGradient)
  }

  @Test("A tensor may have no elements") func empty() {
    let x = Tensor([], shape: [0, 3])
    #expect(x.values == [] && x.count == 0)
    #expect((x + 1).shape == [0, 3] && x.exp().gelu().values == [])
    #expect((x * Tensor.zeros([3])).shape == [0, 3] && (x + Tensor.zeros([3])).shape == [0, 3])
  }

  @Test("Values that do not fill the shape are refused") func unfilled() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor([1, 2, 3, 4, 5], shape: [2, 3])
    }
    expectMessage(result, "5 values", "[2, 3]")
  }

  @Test("A negative length is refused") func negative() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([-2, -3])
    }
    expectMessage(result, "[-2, -3]")
  }

  @Test("An element outside the shape is refused") func outside() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3])[1, 3]
    }
    expectMessage(result, "[1, 3]", "[2, 3]")
  }

  @Test("item of several elements is refused") func item() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).item
    }
    expectMessage(result, "[2, 3]", "6 elements")
  }
}
