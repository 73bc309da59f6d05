import Testing

@testable import Blackboard

@Suite struct LearningDisplayTests {
  @Test("bars grow with their number, and values outside of the range are clipped")
  func bars() {
    #expect(Sparkline.bars([0, 0.5, 1]) == "▁▅█")
    #expect(Sparkline.bars([-1, .nan, 7]) == "▁▁█")
    #expect(Sparkline.bars([4, 8], top: 8) == "▅█")
    #expect(Sparkline.histogram([0, 1, 4, 0]) == "·▃█·")
    #expect(Sparkline.histogram([0, 0]) == "··")
  }

  @Test("a curve longer than its width is averaged", arguments: [1, 5, 10, 11, 500])
  func curve(count: Int) {
    let curve = Sparkline.curve((0..<count).map { Double($0) / 500 }, width: 10)
    #expect(curve.count == min(count, 10))
    #expect(Array(curve) == curve.sorted())
  }

  /// The text that a panel writes for `frames`.
  private func written(isTerminal: Bool, _ frames: [[String]]) -> String {
    var text = ""
    var panel = LivePanel(isTerminal: isTerminal) { text += $0 }
    for lines in frames { panel.show(lines, plain: "plain \(lines.count)", isLast: true) }
    panel.clear()
    return text
  }

  @Test("in a pipe a panel writes plain lines without escape codes")
  func pipe() {
    #expect(written(isTerminal: false, [["a", "b"], ["c"]]) == "plain 2\nplain 1\n")
  }

  @Test("on a terminal each frame replaces the one before, and clear removes the last")
  func terminal() {
    #expect(
      written(isTerminal: true, [["a", "b"], ["c", "d"]])
        == "\u{1B}[Ka\n\u{1B}[Kb\n\u{1B}[J\u{1B}[2A\u{1B}[Kc\n\u{1B}[Kd\n\u{1B}[J\u{1B}[2A\u{1B}[J")
  }

  @Test("lines wider than the terminal are cut")
  func cut() {
    let text = written(isTerminal: true, [[String(repeating: "x", count: 900)]])
    #expect(text.count { $0 == "x" } <= 100)
  }

  @Test("in a pipe, frames within ten seconds of the last are left out")
  func pause() {
    var text = ""
    var panel = LivePanel(isTerminal: false) { text += $0 }
    for i in 0..<5 { panel.show([], plain: "\(i)") }
    #expect(text == "0\n")
  }
}
