import Testing

@testable import Blackboard

@Suite struct LessonTests {
  private func lesson(_ arguments: String...) throws -> Lesson {
    try Lesson(1, "Title", file: "/somewhere/Lessons/01-PatchEmbedding.swift", arguments[...])
  }

  @Test("the seed is 0 unless it is given")
  func seed() throws {
    #expect(try lesson().seed == 0)
    #expect(try lesson("--seed", "7", "--no-color").seed == 7)
    #expect(try lesson("--seed", "\(UInt64.max)").seed == .max)
  }

  @Test(
    "a seed that is missing or no whole number is refused", arguments: ["-1", "1.5", "", "many"])
  func wrongSeed(word: String) {
    let error = #expect(throws: Lesson.UsageError.self) { try lesson("--seed", word) }
    #expect(error?.description.contains("--seed takes a whole number") == true)
    #expect(throws: Lesson.UsageError.self) { try lesson("--seed") }
  }

  @Test(
    "an unknown argument is refused with those that there are", arguments: ["--steps", "7", ""])
  func unknown(word: String) {
    let error = #expect(throws: Lesson.UsageError.self) { try lesson(word) }
    #expect(
      error?.description == "unknown argument \(word): there are --seed N, --json, --no-color")
  }

  @Test("no lesson is wider than 100 columns, and JSON has no colours")
  func looks() throws {
    let lesson = try lesson("--json")
    #expect((20...100).contains(lesson.width))
    #expect(!lesson.showsColor)
  }
}
