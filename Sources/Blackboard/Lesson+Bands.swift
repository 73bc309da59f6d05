/// The bands of a lesson's results.
extension Lesson {
  /// Keeps a number under `name` for `--json`, and compares it with its band.
  /// - Returns: a cell for a table or a value for bars, which shows the band beside the number.
  @discardableResult
  public func keep(_ name: String, _ value: Double) -> Kept {
    let measured = (bands?.results[name] ?? []).compactMap { $0 }
    let kept = Kept(
      name: name, value: value, band: measured.isEmpty ? nil : Band(measured, note(of: name)),
      isComparable: changedKnobs.isEmpty)
    results.append(kept)
    return kept
  }

  /// Keeps a number under `name` for `--json`, and compares it with its band.
  @discardableResult
  public func keep(_ name: String, _ value: Float) -> Kept { keep(name, Double(value)) }

  /// Says once for which knobs the bands hold, if that is not for those of this lesson's source.
  func sayWhatBandsAreFor() {
    guard bands != nil, !changedKnobs.isEmpty else { return }
    let text = "Knobs changed: the bands (in parentheses) are those of a lesson \(changedKnobs)."
    page?.append(.prose(text), line: 1)
    text.paragraphs(width: width).forEach(print)
  }

  /// Prints which results lie outside of their bands, and what usually causes that.
  func sayResultsOutside() {
    guard let bands, changedKnobs.isEmpty else { return }
    let banded = results.filter { $0.band != nil }
    let outside = banded.filter(\.isOutside)
    printHeading("Results against their bands")
    let rule =
      "A band reaches from the smallest to the largest result of \(bands.seeds.count) seeds, widened "
      + "by their distance at each side."
    let count =
      outside.isEmpty
      ? "✓ All \(banded.count) are inside." : "\(outside.count) of \(banded.count) are outside."
    page?.verdicts.append("\(count) \(rule)")
    "\(count) \(rule)".paragraphs(width: width).forEach(print)
    outside.forEach { print($0.name + " = " + $0.cell, cause: $0) }
  }

  /// Prints a line, and below it what usually causes a value outside of its band.
  private func print(_ line: String, cause kept: Kept) {
    let cause = cause(of: kept).map { ". Usually: \($0)" } ?? ""
    page?.verdicts.append(line + cause)
    (line + cause).wrapped(to: width - 2, hanging: 2).forEach { print("  " + $0) }
  }

  private func cause(of kept: Kept) -> String? {
    guard let band = kept.band, let note = note(of: kept.name) else { return nil }
    return kept.value > band.high ? note.above : note.below  // not a number: as if too small
  }

  private func note(of name: String) -> ResultNote? { notes.first { $0.describes(name) } }
}
