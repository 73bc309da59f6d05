/// The lessons that the command line selects: `3`, `1-5`, several of these, or all if none is given.
enum Selection {
  /// Throws `Problem.unknownSelection` for a name that is not a lesson's number or range.
  static func lessons(named names: [String], among lessons: [LessonFile]) throws -> [LessonFile] {
    if names.isEmpty { return lessons }
    return try names.flatMap { try selected(by: $0, among: lessons) }
  }

  private static func selected(by word: String, among lessons: [LessonFile]) throws -> [LessonFile]
  {
    let numbers = lessons.map(\.number)
    func refuse(_ why: String) -> Problem { .unknownSelection(why, numbers: numbers) }

    let parts = word.split(separator: "-", omittingEmptySubsequences: false)
    let ends = parts.compactMap { part in part.allSatisfy(\.isNumber) ? Int(part) : nil }
    guard ends.count == parts.count, let first = ends.first, let last = ends.last, ends.count <= 2
    else { throw refuse("'\(word)' is neither a lesson's number nor a range such as 1-5") }
    for end in ends where !numbers.contains(end) { throw refuse("there is no lesson \(end)") }
    guard first <= last else { throw refuse("'\(word)' counts down: write \(last)-\(first)") }
    return lessons.filter { (first...last).contains($0.number) }
  }
}
