import TestSupport
import Testing

@testable import Tensors

@Suite("Embedding lookup") struct GatherTests {
  @Test(
    "Each index returns its row, and its gradient is added to that row", arguments: [1, 3, 17, 65])
  func values(width: Int) {
    let table = uniform(4, width)
    let found = table.rows(at: [3, 0, 3, 1]).values
    let rows = (0..<4).map { Array(table.values[$0 * width..<($0 + 1) * width]) }
    #expect(found == rows[3] + rows[0] + rows[3] + rows[1])
    expectGradients([table]) { $0[0].rows(at: [3, 0, 3, 1, 3]).squared() }
  }

  @Test("No indices give no rows and gradient 0") func none() {
    let table = uniform(4, 3).asParameter()
    let picked = table.rows(at: [])
    #expect(picked.shape == [0, 3])
    picked.sum().backward()
    #expect(table.gradient?.values == Array(repeating: 0, count: 12))
  }

  @Test("The message for an index outside the table names the index and the shape") func missing()
    async
  {
    let high = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([4, 3]).rows(at: [0, 4])
    }
    expectMessage(high, "row 4", "[4, 3]")
    let low = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([4, 3]).rows(at: [-1])
    }
    expectMessage(low, "row -1", "[4, 3]")
  }
}
