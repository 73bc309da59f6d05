import TestSupport
import Testing

@testable import Tensors

@Suite("Shapes") struct ShapeTests {
  @Test("Reshaping keeps the order of the elements, and computes a length given as −1")
  func reshaped() {
    let x = uniform(2, 3, 5)
    #expect(x.reshaped([5, -1]).shape == [5, 6] && x.reshaped([-1]).values == x.values)
    #expect(Tensor.full([], 3).reshaped([1, 1]).shape == [1, 1])
    #expect(Tensor.zeros([0, 3]).reshaped([3, 0]).shape == [3, 0])
    expectGradients([x]) { $0[0].reshaped([3, -1]).squared() }
  }

  @Test(
    "Permuting the axes permutes the indices of every element",
    arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
  func permuted(order: [Int]) {
    let x = uniform(3, 1, 5)
    let y = x.permuted(order)
    #expect(y.shape == order.map { x.shape[$0] })
    for i in 0..<3 {
      for k in 0..<5 {
        let index = [i, 0, k]
        let moved = order.map { index[$0] }
        #expect(y[moved[0], moved[1], moved[2]] == x[i, 0, k])
      }
    }
    expectGradients([uniform(3, 2, 5)]) { $0[0].permuted(order).squared() }
  }

  @Test("Transposing exchanges two axes, counted from either end") func transposed() {
    let x = uniform(2, 3, 4, 5)
    let y = x.transposed(1, -1)
    #expect(y.shape == [2, 5, 4, 3] && y[1, 4, 2, 0] == x[1, 0, 2, 4])
    #expect(y.transposed(-1, 1).values == x.values)
    #expect(Tensor.zeros([3, 0]).transposed(0, 1).shape == [0, 3])
    expectGradients([uniform(2, 3, 5)]) { $0[0].transposed(0, 2) * $0[0].transposed(-1, 0) }
  }

  @Test("Slices of an axis, concatenated, give the tensor again", arguments: [0, 1, 2, -1])
  func sliced(axis: Int) {
    let x = uniform(3, 5, 7)
    let length = x.dim(axis)
    let parts = [0..<1, 1..<1, 1..<length].map { x.sliced(axis: axis, $0) }
    #expect(parts.map { $0.dim(axis) } == [1, 0, length - 1])
    #expect(Tensor.concatenated(parts, axis: axis).values == x.values)
    #expect(x.sliced(axis: 1, 2..<4)[1, 0, 6] == x[1, 2, 6])
    expectGradients([x]) { $0[0].sliced(axis: axis, 1..<3).squared() }
    expectGradients([uniform(2, 3, 2), uniform(2, 3, 2, seed: 2)]) {
      Tensor.concatenated([$0[0], $0[1], $0[0]], axis: axis).squared()
    }
  }

  @Test("Stacked rows are one below the other, narrow ones padded with zeros at the end")
  func stacked() {
    let parts = [Tensor([1, 2, 3, 4], shape: [2, 2]), Tensor([5], shape: [1, 1])]
    let (wide, empty) = (Tensor([6, 7, 8], shape: [1, 3]), Tensor.zeros([0, 3]))
    let stacked = Tensor.stackedRows(parts + [empty, wide])
    #expect(stacked.shape == [4, 3])
    #expect(stacked.values == [1, 2, 0, 3, 4, 0, 5, 0, 0, 6, 7, 8])
    #expect(Tensor.stackedRows([wide, wide]).values == [6, 7, 8, 6, 7, 8])
    expectGradients([uniform(2, 3), uniform(1, 1, seed: 2), uniform(3, 2, seed: 3)]) {
      Tensor.stackedRows([$0[0], $0[1], $0[2], $0[1]]).squared()
    }
  }

  @Test("Broadcasting repeats axes of length 1; its gradient is their sum") func broadcast() {
    let x = Tensor([1, 2], shape: [2, 1]).asParameter()
    let y = x.broadcast(to: [3, 2, 2])
    #expect(y.values == [1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2])
    y.sum().backward()
    #expect(x.gradient?.values == [6, 6])
    #expect(Tensor.zeros([1, 3]).broadcast(to: [0, 3]).shape == [0, 3])
    expectGradients([uniform(2, 1, 3)]) { $0[0].broadcast(to: [4, 2, 5, 3]).squared() }
  }

  @Test("Broadcasting to no elements gives gradient 0") func broadcastToNothing() {
    let x = Tensor([1, 2, 3], shape: [1, 3]).asParameter()
    (x + Tensor.zeros([0, 3])).sum().backward()
    #expect(x.gradient?.values == [0, 0, 0])
  }
}
