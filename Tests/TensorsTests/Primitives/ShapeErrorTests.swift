import TestSupport
import Testing

@testable import Tensors

/// The message for shapes that do not fit names both of them.
@Suite("Shape errors name both shapes") struct ShapeErrorTests {
  @Test("Addition") func sum() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]) + Tensor.zeros([4, 5])
    }
    expectMessage(result, "[2, 3]", "[4, 5]")
  }

  @Test("Multiplication of shapes with different numbers of axes") func product() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3, 4]) * Tensor.zeros([3, 3])
    }
    expectMessage(result, "[2, 3, 4]", "[3, 3]")
  }

  @Test("Reshape") func reshape() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).reshaped([4, -1])
    }
    expectMessage(result, "[2, 3]", "[4, -1]")
  }

  @Test("Reshape to negative lengths whose product would fit") func negative() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).reshaped([-2, -3])
    }
    expectMessage(result, "[2, 3]", "[-2, -3]")
  }

  @Test("Permute") func permute() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).permuted([0, 0])
    }
    expectMessage(result, "[2, 3]", "[0, 0]")
  }

  @Test("Slice") func slice() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).sliced(axis: 1, 1..<4)
    }
    expectMessage(result, "[2, 3]", "1..<4")
  }

  @Test("Concatenate") func concatenate() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.concatenated([.zeros([2, 3]), .zeros([2, 4])], axis: 0)
    }
    expectMessage(result, "[2, 3]", "[2, 4]")
  }

  @Test("Stacked rows") func stackedRows() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.stackedRows([.zeros([2, 3]), .zeros([2, 4, 1])])
    }
    expectMessage(result, "[2, 3]", "[2, 4, 1]")
  }

  @Test("Broadcast") func broadcast() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).broadcast(to: [3])
    }
    expectMessage(result, "[2, 3]", "to [3]")
  }

  @Test("Matrix product: inner dimensions") func inner() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).matmul(.zeros([4, 5]))
    }
    expectMessage(result, "[2, 3]", "[4, 5]", "3 and 4")
  }

  @Test("Matrix product: leading axes") func leading() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 2, 3]).matmul(transposed: .zeros([3, 2, 3]))
    }
    expectMessage(result, "[2, 2, 3]", "[3, 2, 3]")
  }

  @Test("Linear layer: the weight") func linear() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).linear(weight: .zeros([5, 4]), bias: .zeros([5]))
    }
    expectMessage(result, "[2, 3]", "[5, 4]")
  }

  @Test("Linear layer: the bias") func linearBias() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 4]).linear(weight: .zeros([5, 4]), bias: .zeros([4]))
    }
    expectMessage(result, "[5, 4]", "[4]")
  }
}
