import Tensors
import Testing

@testable import Blackboard

@Suite struct TraceTableTests {
  /// The entries of tensors with these labels and shapes.
  private func entries(_ tensors: [(label: String, shape: [Int])]) -> [ShapeTrace.Entry] {
    ShapeTrace.recording {
      for (label, shape) in tensors { Tensor.zeros(shape).traced(label, "of \(label)") }
    }.entries
  }

  @Test("tensors of the same name and shape share one row, in order of first occurrence")
  func repeats() {
    let table = TraceTable(
      entries([
        ("keys", [1, 4]), ("logits", [2]), ("keys", [1, 9]), ("logits", [2]), ("logits", [2]),
      ]))
    #expect(table.rows.map(\.label) == ["keys", "logits", "keys"])
    #expect(table.rows.map(\.shape) == [[1, 4], [2], [1, 9]])
    #expect(table.rows.map(\.count) == [1, 3, 1])
    let lines = table.lines(width: 80)
    #expect(lines.map { $0.contains("×3") } == [false, false, true, false])
    #expect(lines[0].hasPrefix("tensor  shape   calls"))
    #expect(lines[2].hasSuffix("of logits"))
  }

  @Test("the time of a row is the sum over its calls")
  func total() {
    let all = entries([("a", [1]), ("a", [1]), ("a", [1])])
    let sum = all.reduce(0) { $0 + $1.milliseconds }
    let row = TraceTable(all).rows[0]
    #expect(abs(row.milliseconds - sum) < 1e-9)
  }

  @Test("the column of calls is left out if no tensor repeats")
  func noRepeats() {
    let lines = TraceTable(entries([("a", [1]), ("b", [1])])).lines(width: 80)
    #expect(lines[0] == "tensor  shape      time")
  }

  @Test(
    "times have two decimals, at most eight characters and a unit",
    arguments: [
      (0, "<0.01 ms"), (0.00999, "<0.01 ms"), (0.01, "0.01 ms"), (12.344, "12.34 ms"),
      (99.994, "99.99 ms"), (99.996, "100.0 ms"), (999.94, "999.9 ms"), (999.96, "1.00 s"),
      (61_250, "61.25 s"), (86_400_000, "86400.00 s"),
    ])
  func times(milliseconds: Double, text: String) {
    let shown = TraceTable.time(milliseconds)
    #expect(shown == text)
    #expect(shown.count <= 8 || milliseconds >= 86_400_000)
  }

  @Test("a slower machine prints the same layout")
  func fixedWidth() {
    let shapes: [(label: String, shape: [Int])] = [("a", [1])]
    let columns = ["tensor", "shape", "time"]
    let layouts = ["<0.01 ms", "12.34 ms", "1.00 s"].map { time in
      TextTable(
        columns: columns, rows: [["a", "[1]", time]], notes: ["note"], minimumWidths: [0, 0, 8]
      ).lines(width: 80).map { $0.replacing(time, with: "").filter { $0 != " " } + "\($0.count)" }
    }
    #expect(Set(layouts).count == 1)
    let header = TraceTable(entries(shapes)).lines(width: 80)[0]
    #expect(header.count == "tensor  shape  ".count + 8)
  }
}
