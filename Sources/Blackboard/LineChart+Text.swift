/// A chart as lines of characters.
extension LineChart {
  /// The title, the curves with their axes, and a legend; at most `width` characters wide.
  func lines(width: Int, height: Int = 11) -> [String] {
    let labels = y.ticks.map(\.label)
    let margin = (labels.map(\.count).max() ?? 0) + 1
    let columns = max(min(width - margin - 3, 64), 8)
    var cells = [[Character]](
      repeating: [Character](repeating: " ", count: columns), count: height)
    for (index, curve) in curves.enumerated() {
      let character = Self.style(index).character
      for (column, row) in cellsOfMeans(of: curve, columns: columns, height: height) {
        cells[row][column] = character
      }
    }
    var rowLabels: [Int: String] = [:]
    for (value, label) in y.ticks { rowLabels[row(of: value, height: height)] = label }
    let axis = AxisLine(x, room: columns)
    let space = String(repeating: " ", count: margin)
    let legend = curves.enumerated().map { "\(Self.style($0).character) \($1.name)" }
    return title.wrapped(to: width) + (y.title + " ↑").wrapped(to: width)
      + cells.enumerated().map { number, line in
        (rowLabels[number] ?? "").padded(to: margin - 1, atRight: true)
          + (rowLabels[number] == nil ? " │" : " ┤") + String(line)
      } + [space + "└" + String(repeating: "─", count: columns), space + " " + axis.labels]
      + (x.title + " →").wrapped(to: width - margin - 1).map { space + " " + $0 }
      + legend.flatMap { $0.wrapped(to: width - margin - 1, hanging: 2) }
      .map { space + " " + $0 }
  }

  private func row(of value: Double, height: Int) -> Int {
    height - 1 - Int((y.position(of: value) * Double(height - 1)).rounded())
  }

  /// One cell in each column that has points: the row of their mean.
  private func cellsOfMeans(of curve: Curve, columns: Int, height: Int) -> [Int: Int] {
    let points = Dictionary(grouping: curve.finitePoints) {
      Int((x.position(of: $0.x) * Double(columns - 1)).rounded())
    }
    return points.mapValues { points in
      row(of: points.reduce(0) { $0 + $1.y } / Double(points.count), height: height)
    }
  }
}

/// The tick labels of a horizontal axis in a row of characters.
struct AxisLine {
  let labels: String

  /// Labels that would touch the one before are left out.
  init(_ axis: Axis, room: Int) {
    var line = [Character](repeating: " ", count: room)
    var free = 0
    for (value, label) in axis.ticks {
      let center = Int((axis.position(of: value) * Double(room - 1)).rounded())
      let start = min(max(center - label.count / 2, 0), room - label.count)
      guard start >= free else { continue }
      for (offset, character) in label.enumerated() { line[start + offset] = character }
      free = start + label.count + 1
    }
    labels = String(line)
  }
}
