import Foundation
import Tensors

/// Traces, results and progress of a lesson.
extension Lesson {
  /// Runs `body` and prints the shape of each tensor that it traces with `Tensor.traced`.
  /// - Parameter skipping: labels to leave out, such as those of an earlier lesson's concept.
  public func trace<Result>(
    _ title: String, skipping: Set<String> = [], line: Int = #line, _ body: () throws -> Result
  ) rethrows -> Result {
    let (result, all) = try ShapeTrace.recording(body)
    let shown = all.filter { !skipping.contains($0.label) }
    entries += shown
    let table = TraceTable(shown)
    "Shapes, \(title):".paragraphs(width: width).forEach(print)
    table.lines(width: width).forEach(print)
    page?.append(.trace(title: title, table), line: line)
    return result
  }

  /// Prints a number with its band and its meaning, and keeps it under `name` for `--json`.
  public func result(_ name: String, _ value: Double, _ meaning: String, line: Int = #line) {
    let shown = keep(name, value).cell
    page?.append(.result(name: name, value: shown, meaning: meaning), line: line)
    "→ \(name) = \(shown)  \(meaning)".wrapped(to: width - 2, hanging: 2)
      .forEach { print("  " + $0) }
  }

  /// Prints a number with its meaning and keeps it under `name` for `--json`.
  public func result(_ name: String, _ value: Float, _ meaning: String, line: Int = #line) {
    result(name, Double("\(value)") ?? .nan, meaning, line: line)  // 0.1, not 0.10000000149011612
  }

  /// Prints a number with its meaning and keeps it under `name` for `--json`.
  public func result(_ name: String, _ value: Int, _ meaning: String, line: Int = #line) {
    result(name, Double(value), meaning, line: line)
  }

  /// Shows progress on standard error if the work takes more than two seconds.
  public func progress(_ done: Int, of total: Int, _ title: @autoclosure () -> String) {
    if done <= 1 || work == nil { work = Progress() }
    work?.report(done, of: total, "steps", title())
  }

  /// Calls `step` `count` times and shows the progress.
  public func repeating(
    _ count: Int, _ title: @autoclosure () -> String, _ step: () throws -> Void
  ) rethrows {
    for done in 0..<count {
      try step()
      progress(done + 1, of: count, title())
    }
  }

  /// Calls `step` `count` times, shows the progress, and follows other quantities meanwhile.
  /// - Parameters:
  ///   - points: how often they are measured, besides before the first step.
  ///   - measured: each with a name; they must not change what `step` does.
  /// - Returns: for each a curve over the steps.
  public func repeating(
    _ count: Int, _ title: @autoclosure () -> String, points: Int = 30,
    measuring measured: KeyValuePairs<String, () -> Float>, _ step: () throws -> Void
  ) rethrows -> [LineChart.Curve] {
    let interval = max(1, count / points)
    var series = measured.map { [(x: 0.0, y: Double($0.value()))] }
    for done in 1...max(1, count) {
      try step()
      progress(done, of: count, title())
      guard done % interval == 0 else { continue }
      for (index, quantity) in measured.enumerated() {
        series[index].append((Double(done), Double(quantity.value())))
      }
    }
    return zip(measured, series).map { LineChart.Curve($0.key, $1) }
  }
}
