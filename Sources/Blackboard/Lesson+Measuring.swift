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

  /// Prints a number with its meaning and keeps it under `name` for `--json`.
  public func result(_ name: String, _ value: Double, _ meaning: String, line: Int = #line) {
    keep(name, value)
    let shown = Terminal.number(value)
    page?.append(.result(name: name, value: shown, meaning: meaning), line: line)
    "→ \(name) = \(Terminal.number(value))  \(meaning)".wrapped(to: width - 2, hanging: 2)
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

  /// Keeps a number under `name` for `--json` that a table or a bar shows.
  public func keep(_ name: String, _ value: Double) { results.append((name, value)) }

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
}
