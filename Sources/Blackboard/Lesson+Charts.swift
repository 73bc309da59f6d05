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

  /// Prints a line chart as text and saves it as a PNG picture in `nanovla-output`.
  public func chart(_ chart: LineChart, as name: String, line: Int = #line) throws {
    chart.lines(width: width).forEach(print)
    page?.append(.chart(chart), line: line)
    try write(chart.image(), as: name, "The same chart as a picture")
  }
}
