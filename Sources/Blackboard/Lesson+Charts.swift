/// Charts in the output of a lesson.
extension Lesson {
  /// Prints one horizontal bar for each value.
  /// - Parameters:
  ///   - title: what the bars compare.
  ///   - axis: the quantity with its unit; its range fills the space for the bars.
  ///   - values: each with a label at its left and a text at its right.
  public func bars(
    _ title: String, _ axis: Axis, _ values: [(label: String, value: Double, text: String)],
    line: Int = #line
  ) {
    let chart = BarChart(title: title, axis: axis, values: values)
    chart.lines(width: width).forEach(print)
    page?.append(.bars(chart), line: line)
  }

  /// Prints one horizontal bar for each value, with the number at its right.
  public func bars(
    _ title: String, _ axis: Axis, _ values: [(label: String, value: Double)], line: Int = #line
  ) {
    bars(title, axis, values.map { ($0, $1, Terminal.number($1)) }, line: line)
  }

  /// Prints one horizontal bar for each result in front of its band, with the number at its right and
  /// a text beside it.
  public func bars(
    _ title: String, _ axis: Axis, _ values: [(label: String, value: Kept, text: String)],
    line: Int = #line
  ) {
    let rows = values.map { label, kept, text in
      (label: label, value: kept.value, text: kept.cell + (text.isEmpty ? "" : "  " + text))
    }
    var chart = BarChart(title: title, axis: axis, values: rows)
    chart.bands = values.map(\.value.band)
    chart.lines(width: width).forEach(print)
    page?.append(.bars(chart), line: line)
  }

  /// Prints one horizontal bar for each result in front of its band, with the number at its right.
  public func bars(
    _ title: String, _ axis: Axis, _ values: [(label: String, value: Kept)], line: Int = #line
  ) {
    bars(title, axis, values.map { ($0, $1, "") }, line: line)
  }

  /// Prints a line chart as text and saves it as a PNG picture in `nanovla-output`, each curve in
  /// front of the range that several seeds gave.
  public func chart(_ chart: LineChart, as name: String, line: Int = #line) throws {
    charts[name] = chart
    var chart = chart
    chart.bands = bands?.charts[name] ?? [:]
    chart.bandName =
      "shaded: \(bands?.seeds.count ?? 0) seeds" + (changedKnobs.isEmpty ? "" : ", other knobs")
    chart.lines(width: width).forEach(print)
    page?.append(.chart(chart), line: line)
    try write(chart.image(), as: name, "The same chart as a picture")
  }

  /// Prints success rates over one axis as a table with bands and as a line chart, saves the chart as
  /// `<name>.png`, and keeps each rate for `--json` under `<name>_<curve>_<x>`.
  /// - Parameters:
  ///   - axis: what the rates are measured for, in whole numbers.
  ///   - curves: each with its name and its points, of the same x.
  public func successRates(
    _ title: String, _ axis: Axis, _ curves: [(name: String, points: [(x: Double, y: Double)])],
    as name: String, line: Int = #line
  ) throws {
    table(
      columns: [axis.title] + curves.map(\.name),
      rows: (curves.first?.points ?? []).indices.map { place in
        let x = Int(curves[0].points[place].x)
        return [x] + curves.map { keep("\(name)_\($0.name)_\(x)", $0.points[place].y) }
      }, line: line)
    let drawn = curves.map { LineChart.Curve($0.name, $0.points, showsPoints: true) }
    try chart(LineChart(title, x: axis, y: .successRate, drawn), as: "\(name).png", line: line)
  }

  /// Prints histograms over one axis as a line chart and saves it as a PNG picture.
  /// - Parameters:
  ///   - bins: the number of equal parts of the axis.
  ///   - values: of each histogram, with its name.
  public func histograms(
    _ title: String, _ axis: Axis, bins: Int,
    _ values: [(name: String, values: [some BinaryFloatingPoint])], as name: String,
    line: Int = #line
  ) throws {
    let curves = values.map {
      LineChart.Curve($0.name, histogramOf: $0.values, over: axis.range, bins: bins)
    }
    let top = curves.flatMap(\.points).map(\.y).max() ?? 1
    let chart = LineChart(title, x: axis, y: Axis("share of all", 0...top), curves)
    try self.chart(chart, as: name, line: line)
  }
}
