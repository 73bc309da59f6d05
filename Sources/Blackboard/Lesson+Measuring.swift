import Foundation
import Tensors

/// What a lesson traces and measures.
extension Lesson {
  /// Runs `body` and prints the true shape of every tensor that it traced on its way.
  /// - Parameter skipping: labels of another lesson's concept, which would only be in the way.
  public func trace<Result>(
    _ title: String, skipping: Set<String> = [], _ body: () throws -> Result
  ) rethrows -> Result {
    let (result, all) = try ShapeTrace.recording(body)
    let shown = all.filter { !skipping.contains($0.label) }
    entries += shown
    say("Shapes, \(title):")
    TraceTable(shown).lines(width: width).forEach(print)
    return result
  }

  /// Prints a number with what it means, and keeps it under `name` for `--json`.
  public func result(_ name: String, _ value: Double, _ meaning: String) {
    keep(name, value)
    "→ \(name) = \(Terminal.number(value))  \(meaning)".wrapped(to: width - 2, hanging: 2)
      .forEach { print("  " + $0) }
  }

  public func result(_ name: String, _ value: Float, _ meaning: String) {
    result(name, Double("\(value)") ?? .nan, meaning)  // 0.1, not 0.10000000149011612
  }

  /// Keeps a number for `--json` that a table or a bar already shows.
  public func keep(_ name: String, _ value: Double) { results.append((name, value)) }

  /// A line on standard error while something takes more than two seconds.
  public func progress(_ done: Int, of total: Int, _ title: @autoclosure () -> String) {
    if done <= 1 || work == nil { work = Progress() }
    work?.report(done, of: total, "steps", title())
  }

  /// Does `step` again and again, `count` times, and shows how far it is.
  public func repeating(
    _ count: Int, _ title: @autoclosure () -> String, _ step: () throws -> Void
  ) rethrows {
    for done in 0..<count {
      try step()
      progress(done + 1, of: count, title())
    }
  }
}
