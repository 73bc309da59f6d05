import Images
import Testing

@testable import Blackboard

@Suite struct LearningDisplayTests {
  @Test("bars grow with their number, and what is no share stays inside")
  func bars() {
    #expect(Sparkline.bars([0, 0.5, 1]) == "▁▅█")
    #expect(Sparkline.bars([-1, .nan, 7]) == "▁▁█")
    #expect(Sparkline.bars([4, 8], top: 8) == "▅█")
    #expect(Sparkline.histogram([0, 1, 4, 0]) == "·▃█·")
    #expect(Sparkline.histogram([0, 0]) == "··")
  }

  @Test("a curve grows to its width, then neighbours share a bar", arguments: [1, 5, 10, 11, 500])
  func curve(count: Int) {
    let curve = Sparkline.curve((0..<count).map { Double($0) / 500 }, width: 10)
    #expect(curve.count == min(count, 10))
    #expect(Array(curve) == curve.sorted())
  }

  /// What a panel writes of `frames`.
  private func written(isTerminal: Bool, _ frames: [[String]]) -> String {
    var text = ""
    var panel = LivePanel(isTerminal: isTerminal) { text += $0 }
    for lines in frames { panel.show(lines, plain: "plain \(lines.count)", isLast: true) }
    panel.clear()
    return text
  }

  @Test("in a pipe there are plain lines, and no escapes")
  func pipe() {
    #expect(written(isTerminal: false, [["a", "b"], ["c"]]) == "plain 2\nplain 1\n")
  }

  @Test("on a terminal each frame is drawn over the one before, and goes at the end")
  func terminal() {
    #expect(
      written(isTerminal: true, [["a", "b"], ["c", "d"]])
        == "\u{1B}[Ka\n\u{1B}[Kb\n\u{1B}[J\u{1B}[2A\u{1B}[Kc\n\u{1B}[Kd\n\u{1B}[J\u{1B}[2A\u{1B}[J")
  }

  @Test("lines that are wider than the terminal are cut, so that none wraps")
  func cut() {
    let text = written(isTerminal: true, [[String(repeating: "x", count: 900)]])
    #expect(text.count { $0 == "x" } <= 100)
  }

  @Test("in a pipe, frames that follow at once are left out")
  func pause() {
    var text = ""
    var panel = LivePanel(isTerminal: false) { text += $0 }
    for i in 0..<5 { panel.show([], plain: "\(i)") }
    #expect(text == "0\n")
  }

  @Test("a chart shows its points in their colour where they belong, whatever they are")
  func chart() {
    let chart = LineChart(
      [.init([(0, 0), (5, .nan), (10, 1), (99, 7)], color: LineChart.red, showsPoints: true)],
      end: 10)
    let image = chart.image()
    let red = (0..<image.width).flatMap { x in
      (0..<image.height).filter { image[x, $0] == LineChart.red }.map { (x: x, y: $0) }
    }
    let (left, right) = (red.min { $0.x < $1.x }, red.max { $0.x < $1.x })
    #expect((left?.y ?? 0) > (right?.y ?? 0) + 250, "from the bottom left to the top right")
    #expect((right?.x ?? 0) - (left?.x ?? 0) > 500)
    #expect(LineChart([], end: 0).image().width == image.width)
  }
}
