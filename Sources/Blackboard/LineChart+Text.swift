/// A chart as lines of characters.
extension LineChart {
  /// The title, the curves with their axes, and a legend; at most `width` characters wide.
  func lines(width: Int, height: Int = 11) -> [String] {
    let labels = y.ticks.map(\.label)
    let margin = (labels.map(\.count).max() ?? 0) + 1
    let columns = max(min(width - margin - 3, 64), 8)
    var cells = [[Character]](
      repeating: [Character](repeating: " ", count: columns), count: height)
    for (_, band) in shownBands {
      let ends = [band.x[0], band.x[band.x.count - 1]].map(x.position)
      for column in 0..<columns {
        let position = Double(column) / Double(columns - 1)
        guard ends[0] - 0.5 / Double(columns) <= position, position <= ends[1] + 1e-9 else {
          continue
        }
        let range = band.range(atX: x.range.lowerBound + position * x.length)
        for row in row(of: range.high, height: height)...row(of: range.low, height: height) {
          cells[row][column] = "░"
        }
      }
    }
    for curve in curves {
      let character = style(of: curve).character
      for (column, row) in cellsOfMeans(of: curve, columns: columns, height: height) {
        cells[row][column] = character
      }
    }
    var rowLabels: [Int: String] = [:]
    for (value, label) in y.ticks { rowLabels[row(of: value, height: height)] = label }
    let axis = AxisLine(x, room: columns)
    let space = String(repeating: " ", count: margin)
    let legend =
      names.enumerated().map { "\(Self.style($0).character) \($1)" }
      + (shownBands.isEmpty ? [] : ["░ \(bandName)"])
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
