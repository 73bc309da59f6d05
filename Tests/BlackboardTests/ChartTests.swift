import Images
import Testing

@testable import Blackboard

/// Charts as text and as pictures.
@Suite struct ChartTests {
  private let loss = Axis("loss (nats)", 0...2)
  private let steps = Axis("steps", 0...100)

  @Test(
    "an axis has round ticks from its start to its end",
    arguments: [
      (0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      (0, 100, ["0", "20", "40", "60", "80", "100"]),
      (0, 0.4, ["0.0", "0.1", "0.2", "0.3", "0.4"]),
      (0, 3000, ["0", "500", "1000", "1500", "2000", "2500", "3000"]),
      (-1, 1, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
      (5, 5, ["5.0", "5.2", "5.4", "5.6", "5.8", "6.0"]),
      (0.03, 0.05, ["0.030", "0.035", "0.040", "0.045", "0.050"]),
    ])
  func ticks(lower: Double, upper: Double, labels: [String]) {
    let ticks = Axis("x", lower...upper).ticks
    #expect(ticks.map(\.label) == labels)
  }

  @Test("a value outside of an axis lies at its end, NaN at its start")
  func positions() {
    #expect([-1, 0, 0.5, 2, 9, Double.nan].map(loss.position) == [0, 0, 0.25, 1, 1, 0])
  }

  @Test("bars are as long as their numbers")
  func bars() {
    #expect(BarChart.bar(1, room: 4) == "████")
    #expect(BarChart.bar(0.5, room: 3) == "█▌")
    #expect(BarChart.bar(7, room: 2) == "██")
    for value in [0, -1, Double.nan] { #expect(BarChart.bar(value, room: 4) == "") }
  }

  @Test("a bar chart has a title, labels, ticks and the axis's title")
  func barChart() {
    let chart = BarChart(
      title: "Final loss", axis: loss, values: [("a", 2, "2 nats"), ("bc", 0.5, "0.5 nats")])
    let lines = chart.lines(width: 80)
    let bar = String(repeating: "█", count: 40)
    #expect(lines[0] == "Final loss")
    #expect(lines[1] == "   a  \(bar)  2 nats")
    #expect(lines[2] == "  bc  \(bar.prefix(10))\(String(repeating: " ", count: 30))  0.5 nats")
    #expect(lines[3].split(separator: " ") == ["0.0", "0.5", "1.0", "1.5", "2.0"])
    #expect(lines[3].hasSuffix("2.0") && lines[3].count == 46)
    #expect(lines[4] == "      loss (nats)")
  }

  @Test("no line of a chart is wider than the terminal", arguments: [20, 40, 60, 100])
  func fits(width: Int) {
    let bars = BarChart(
      title: "Success by number of demonstrations", axis: .successRate,
      values: [("a very long label indeed", 1, "0.945 [0.90, 0.97]")])
    let curve = LineChart.learning(
      "Learning from outcomes", sampled: [0.5, 0.75], greedy: [(0, 0.5)], iterations: 100)
    for line in bars.lines(width: width) + curve.lines(width: width) {
      #expect(line.count <= width, "\(line)")
    }
  }

  @Test("a line chart as text has a title, axes with ticks, a legend, and its points in place")
  func lineChartAsText() {
    let chart = LineChart(
      "Training", x: steps, y: loss,
      [.init("train", [(0, 2), (100, 0)]), .init("held out", [(50, 1), (70, .nan)])])
    let lines = chart.lines(width: 80)
    #expect(lines[0] == "Training")
    #expect(lines[1] == "loss (nats) ↑")
    let plot = lines[2..<13].map(Array.init)
    #expect(lines[2].hasPrefix("2.0 ┤•"))
    #expect(lines[12].hasPrefix("0.0 ┤") && plot[10].last == "•")
    #expect(plot[5][5 + 32] == "×")
    #expect(plot.joined().count { $0 == "•" || $0 == "×" } == 3)
    #expect(lines[14].split(separator: " ") == ["0", "20", "40", "60", "80", "100"])
    #expect(lines[15].hasSuffix("steps →"))
    #expect(lines[16].hasSuffix("• train") && lines[17].hasSuffix("× held out"))
  }

  @Test("a series becomes points at equal distances, or the means of neighbors")
  func series() {
    let curve = LineChart.Curve("loss", [1, 2, 4] as [Float], from: 10, every: 5)
    #expect(curve.points.map(\.x) == [10, 15, 20])
    #expect(curve.points.map(\.y) == [1, 2, 4])
    let means = LineChart.Curve("loss", [1, 3, 5, 7, 8], from: 1, meanOf: 2)
    #expect(means.points.map(\.x) == [2, 4, 5])
    #expect(means.points.map(\.y) == [2, 6, 8])
  }

  @Test("axes without a given range reach from 0 to the largest finite value")
  func ranges() {
    let chart = LineChart(
      "", x: "steps", y: "loss", [.init("a", [(1, 2), (9, .nan)]), .init("b", [(3, 0.5)])])
    #expect(chart.x.title == "steps" && chart.x.range == 0...3)
    #expect(chart.y.title == "loss" && chart.y.range == 0...2)
    #expect(LineChart("", x: "", y: "", []).y.range == 0...1)
  }

  /// The pixels of a color as (x, y).
  private func pixels(of color: RGBImage.Color, in image: RGBImage) -> [(x: Int, y: Int)] {
    (0..<image.width).flatMap { x in
      (0..<image.height).filter { image[x, $0] == color }.map { (x: x, y: $0) }
    }
  }

  @Test("a picture shows each curve in its color, from the frame's bottom left to its top right")
  func image() {
    let chart = LineChart(
      "Rising", x: Axis("x", 0...10), y: Axis("y", 0...1),
      [
        .init("up", [(0, 0), (5, .nan), (10, 1), (99, 7)], showsPoints: true),
        .init("middle", [(0, 0.5), (10, 0.5)]),
      ])
    let image = chart.image()
    let curve = pixels(of: .okabeIto[0], in: image).filter { $0.y < 200 || $0.x < 300 }
    let (left, right) = (curve.min { $0.x < $1.x }, curve.max { $0.x < $1.x })
    #expect((left?.y ?? 0) > (right?.y ?? 0) + 300)
    #expect((right?.x ?? 0) - (left?.x ?? 0) > 600)
    let middle = pixels(of: .okabeIto[1], in: image)
    let height = (right?.y ?? 0) + (left?.y ?? 0)
    #expect(middle.contains { abs(2 * $0.y - height) < 8 })
    #expect(LineChart("", x: steps, y: loss, []).image().width == image.width)
  }

  @Test("title, axis titles, tick labels and legend are drawn in the picture")
  func texts() {
    let curve = LineChart.Curve("train", [(0, 1), (100, 1)])
    func image(
      title: String = "", x: String = "", y: String = "", upper: Double = 100, name: String = ""
    ) -> RGBImage {
      LineChart(
        title, x: Axis(x, 0...upper), y: Axis(y, 0...2), [.init(name, curve.points)]
      ).image()
    }
    func difference(_ other: RGBImage) -> (x: ClosedRange<Int>, y: ClosedRange<Int>)? {
      let plain = image()
      let changed = (0..<plain.width).flatMap { x in
        (0..<plain.height).filter { plain[x, $0] != other[x, $0] }.map { (x: x, y: $0) }
      }
      guard let first = changed.first else { return nil }
      let (xs, ys) = (changed.map(\.x), changed.map(\.y))
      return (min(first.x, xs.min()!)...xs.max()!, ys.min()!...ys.max()!)
    }
    let (width, height) = (image().width, image().height)
    let title = difference(image(title: "Loss"))
    #expect(title.map { $0.y.upperBound < 44 && $0.x.lowerBound > width / 3 } == true)
    let x = difference(image(x: "steps"))
    #expect(x.map { $0.y.lowerBound > height - 40 } == true)
    let y = difference(image(y: "loss (nats)"))
    #expect(y.map { $0.x.upperBound < 40 && $0.y.count > 100 } == true)
    let legend = difference(image(name: "train"))
    #expect(legend.map { $0.x.lowerBound > 100 && $0.y.upperBound < 402 } == true)
    let ticks = difference(image(upper: 1000))
    #expect(ticks.map { $0.y.upperBound > 402 && $0.y.upperBound < height - 40 } == true)
  }

  @Test("the legend avoids the corners with points")
  func legendCorner() {
    // Points fill the top right corner and both corners on the left.
    let points: [(x: Double, y: Double)] = (0...20).flatMap { i in
      let x = Double(i)
      return [(x: 70 + 1.5 * x, y: 1.9), (x: x, y: 0.1), (x: x, y: 1.9)]
    }
    let image = LineChart("", x: steps, y: loss, [.init("train", points)]).image()
    let curve = RGBImage.Color.okabeIto[0]
    let (right, bottom) = (image.width - 24 - 100, image.height - 78 - 30)
    #expect(
      pixels(of: curve, in: image).contains { $0.x > right - 60 && $0.y > bottom && $0.x < right })
  }
}
