/// A notebook: a longer experiment that is a script of cells, such as an appendix of a paper.
extension Lesson {
  /// Runs a notebook's script, as ``run(_:_:idea:flags:file:_:)`` runs a lesson's.
  ///
  /// The question and the prediction are printed first. With `--full` each
  /// ``knob(_:_:full:_:line:)`` has the value of the full experiment.
  /// - Parameters:
  ///   - question: what is measured, and how.
  ///   - prediction: what should come out, with a reason, written before the measurement.
  public static func notebook(
    _ title: String, question: String, prediction: String, file: String = #filePath,
    _ script: (Lesson) throws -> Void
  ) {
    run(
      nil, title, opening: ["Question. " + question, "Prediction. " + prediction],
      flags: ["--full"], file: file, script)
  }

  /// A number to change, printed with its meaning.
  /// - Parameters:
  ///   - quick: its value for a run of a few minutes.
  ///   - full: its value with `--full`.
  public func knob<Value>(
    _ name: String, _ quick: Value, full: Value, _ meaning: String, line: Int = #line
  ) -> Value {
    let isFull = flags.contains("--full")
    let other =
      "\(quick)" == "\(full)"
      ? "" : isFull ? " (without --full: \(quick))" : " (with --full: \(full))"
    let value = isFull ? full : quick
    page?.append(
      .knob(name: name, value: "\(value)", other: other, meaning: meaning), line: line)
    "\(name) = \(value)  \(meaning)\(other)".wrapped(to: width - 2, hanging: 2)
      .forEach { print("  " + $0) }
    return value
  }
}
