import TestSupport
import Testing

@testable import Tensors

@Suite("Sums and means") struct ReductionTests {
  static let shapes = [[1], [17], [3, 5], [1, 65], [65, 1], [2, 3, 5], [3, 1, 4, 2]]

  func draw(_ shape: [Int]) -> Tensor {
    var random = SeededRandom(seed: 8)
    return Tensor.uniform(shape, in: -1...1, using: &random)
  }

  @Test("Sum and mean over all elements equal a plain loop", arguments: shapes) func whole(
    shape: [Int]
  ) {
    let x = draw(shape)
    let total = x.values.reduce(0.0) { $0 + Double($1) }
    #expect(maximumError([x.sum().item, x.mean().item], [total, total / Double(x.count)]) < 1e-6)
    #expect(x.sum().shape == [] && x.mean().shape == [])
    expectGradients([x]) { $0[0].sum() * $0[0].mean() }
  }

  @Test(
    "Sum and mean along each axis, counted from either end, equal a plain loop", arguments: shapes)
  func axes(shape: [Int]) {
    let x = draw(shape)
    for axis in shape.indices {
      let inner = shape[(axis + 1)...].reduce(1, *)
      let length = shape[axis]
      var expected = [Double](repeating: 0, count: x.count / length)
      for (i, value) in x.values.enumerated() {
        expected[i / (inner * length) * inner + i % inner] += Double(value)
      }
      var (dropped, kept) = (shape, shape)
      dropped.remove(at: axis)
      kept[axis] = 1
      let sum = x.sum(axis: axis)
      let mean = x.mean(axis: axis - shape.count, keepingDimension: true)
      #expect(sum.shape == dropped && mean.shape == kept)
      #expect(maximumError(sum.values, expected) < 3e-6)
      #expect(maximumError(mean.values, expected.map { $0 / Double(length) }) < 1e-6)
      expectGradients([x]) { $0[0].sum(axis: axis) }
      expectGradients([x]) { $0[0].mean(axis: axis, keepingDimension: true) * $0[0] }
    }
  }

  @Test("The sum of ten million halves is exact") func longSum() {
    #expect(Tensor.full([10_000_000], 0.5).sum().item == 5_000_000)
  }

  @Test("argmax is the index of the first largest element of each row") func argmax() {
    let x = Tensor([1, 3, 3, -5, -7, -6, 0, 0, 0], shape: [3, 3])
    #expect(x.argmax() == [1, 0, 0])
    #expect(Tensor([4], shape: [1]).argmax() == [0])
  }

  @Test("The sum of no elements is 0; their mean is refused") func empty() async {
    #expect(Tensor.zeros([0, 3]).sum().item == 0)
    #expect(Tensor.zeros([0, 3]).sum(axis: 0).values == [0, 0, 0])
    #expect(Tensor.zeros([3, 0]).sum(axis: 1).values == [0, 0, 0])
    #expect(Tensor.zeros([3, 0]).sum(axis: 0).shape == [0])
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([0, 3]).mean()
    }
    expectMessage(result, "[0, 3]")
  }

  @Test("The message for a missing axis names the axis and the shape") func missingAxis() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).sum(axis: 2)
    }
    expectMessage(result, "[2, 3]", "axis 2")
  }
}
