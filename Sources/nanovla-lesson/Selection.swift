/// The numbers that the command line selects: `3`, `1-5`, several of these, or all if none is given.
enum Selection {
  /// - Parameter noun: "a lesson" or "an exercise".
  /// - Throws: what `refuse` makes of the reason for a word that is not one of `numbers` or a range.
  static func numbers(
    named names: [String], of noun: String, among numbers: [Int], refuse: (String) -> Problem
  ) throws -> [Int] {
    if names.isEmpty { return numbers }
    let name = noun.split(separator: " ").last ?? ""
    return try names.flatMap { word -> [Int] in
      let parts = word.split(separator: "-", omittingEmptySubsequences: false)
      let ends = parts.compactMap { part in part.allSatisfy(\.isNumber) ? Int(part) : nil }
      guard ends.count == parts.count, let first = ends.first, let last = ends.last,
        ends.count <= 2
      else { throw refuse("'\(word)' is neither \(noun)'s number nor a range such as 1-5") }
      for end in ends where !numbers.contains(end) { throw refuse("there is no \(name) \(end)") }
      guard first <= last else { throw refuse("'\(word)' counts down: write \(last)-\(first)") }
      return numbers.filter { (first...last).contains($0) }
    }
  }

  /// The lessons that the words name.
  static func lessons(named names: [String], among lessons: [LessonFile]) throws -> [LessonFile] {
    let numbers = lessons.map(\.number)
    let chosen = try Selection.numbers(named: names, of: "a lesson", among: numbers) { why in
      .unknownSelection(why, numbers: numbers)
    }
    return chosen.compactMap { number in lessons.first { $0.number == number } }
  }
}
