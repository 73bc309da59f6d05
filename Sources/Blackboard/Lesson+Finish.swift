import Foundation

/// The end of a lesson.
extension Lesson {
  /// Prints the results outside of their bands, the files to read next, the exercises, and the terms
  /// to search the literature for; or with `--json` the object of this lesson.
  public func finish(readNext: [String], tryThis: [String], theFieldCallsIt terms: String = "") {
    let seconds = Date().timeIntervalSince(start)
    sayResultsOutside()
    page?.readNext = readNext
    page?.tryThis = tryThis + written
    printHeading("Read next")
    readNext.forEach { print("  " + $0) }
    printHeading("Try")
    for exercise in tryThis + written {
      "· \(exercise)".wrapped(to: width - 2, hanging: 2).forEach { print("  " + $0) }
    }
    if !terms.isEmpty {
      let text = "The field calls it: \(terms)."
      page?.tryThis.append(text)
      print("")
      text.paragraphs(width: width).forEach(print)
    }
    print("")
    print(String(format: "%.1f s, seed %llu", seconds, seed))
    guard isJSON else { return }
    let report = Report(
      lesson: number, title: title, file: file,
      trace: entries.map { .init(label: $0.label, shape: $0.shape, milliseconds: $0.milliseconds) },
      results: Dictionary(
        results.map { ($0.name, $0.value.isFinite ? $0.value : nil) }, uniquingKeysWith: { $1 }),
      bands: Dictionary(
        results.compactMap { kept in
          kept.isComparable ? kept.band.map { (kept.name, [$0.low, $0.high]) } : nil
        }, uniquingKeysWith: { $1 }),
      charts: reportsCharts ? charts.mapValues(\.points) : nil, seconds: seconds)
    Terminal.write(report.json + "\n", to: output)
  }

  /// The exercise that `nanovla-lesson check` checks; none in a checkout without it.
  private var written: [String] {
    guard let number else { return [] }
    let folder = checkout.appending(path: "Lessons/Exercises")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let prefix = String(format: "%02d-", number)
    return files.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".swift") }.map {
      "Write the function of Lessons/Exercises/\($0); `nanovla-lesson check \(number)` checks it."
    }
  }
}
