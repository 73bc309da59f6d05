import Foundation
import Testing

@testable import Tensors

@Suite("Shape traces") struct ShapeTraceTests {
  @Test("A trace has the labels, notes and shapes in the order of the calls") func order() {
    let (result, entries) = ShapeTrace.recording {
      Tensor.zeros([2, 6]).traced("input").reshaped([3, 4]).traced("table", "in rows of 4")
        .sum(axis: 0).traced("sums")
    }
    #expect(result.shape == [4])
    #expect(entries.map(\.label) == ["input", "table", "sums"])
    #expect(entries.map(\.note) == ["", "in rows of 4", ""])
    #expect(entries.map(\.shape) == [[2, 6], [3, 4], [4]])
    #expect(entries.allSatisfy { $0.milliseconds >= 0 })
  }

  @Test("An observer is called for each tensor as soon as it is traced") func observing() {
    var observed: [String] = []
    let countAtEnd = ShapeTrace.observing({ observed.append($0.label) }) { () -> Int in
      Tensor.zeros([1]).traced("first")
      let early = observed
      Tensor.zeros([1]).traced("second")
      return early.count
    }
    #expect(countAtEnd == 1)
    #expect(observed == ["first", "second"])
  }

  @Test("Without a recording nothing is kept, and the note is not evaluated") func idle() {
    var composed = 0
    func note() -> String {
      composed += 1
      return "x"
    }
    let x = Tensor.zeros([1])
    x.traced("before", note())
    let entries = ShapeTrace.recording { x.traced("inside", note()) }.entries
    x.traced("after", note())
    #expect(entries.map(\.label) == ["inside"] && composed == 1)
  }

  @Test("A nested recording keeps its own entries, and an error ends it") func nesting() {
    struct Stop: Error {}
    let x = Tensor.zeros([1])
    let outer = ShapeTrace.recording { () -> [String] in
      x.traced("a")
      let inner = ShapeTrace.recording { x.traced("b") }.entries
      _ = try? ShapeTrace.recording {
        x.traced("c")
        throw Stop()
      }
      x.traced("d")
      return inner.map(\.label)
    }
    #expect(outer.result == ["b"] && outer.entries.map(\.label) == ["a", "d"])
  }

  @Test("Other threads are not recorded") func threads() {
    let entries = ShapeTrace.recording {
      let thread = Thread { Tensor.zeros([1]).traced("elsewhere") }
      thread.start()
      while !thread.isFinished { usleep(100) }
      Tensor.zeros([1]).traced("here")
    }.entries
    #expect(entries.map(\.label) == ["here"])
  }
}
