import Testing

@testable import Blackboard

@Suite struct LessonOptionsTests {
  private func options(_ arguments: String...) throws -> LessonOptions {
    try LessonOptions(arguments[...])
  }

  @Test("the seed is 0 by default")
  func seed() throws {
    #expect(try options().seed == 0)
    #expect(try options("--seed", "7", "--no-color").seed == 7)
    #expect(try options("--seed", "\(UInt64.max)").seed == .max)
  }

  @Test(
    "a seed that is missing or not a whole number is refused", arguments: ["-1", "1.5", "", "many"])
  func wrongSeed(word: String) {
    let error = #expect(throws: UsageError.self) { try options("--seed", word) }
    #expect(error?.description.contains("--seed requires a whole number") == true)
    #expect(throws: UsageError.self) { try options("--seed") }
  }

  @Test(
    "an unknown argument is refused with a list of the options", arguments: ["--steps", "7", ""])
  func unknown(word: String) {
    let error = #expect(throws: UsageError.self) { try options(word) }
    #expect(
      error?.description
        == "unknown argument \(word); the options are --seed N, --json, --html FILE, --no-color"
    )
  }

  @Test("the page's file is the word after --html, which must be there")
  func page() throws {
    #expect(try options().page == nil)
    #expect(try options("--html", "a.html", "--seed", "7").page == "a.html")
    #expect(throws: UsageError.self) { try options("--html") }
    #expect(throws: UsageError.self) { try options("--html", "") }
  }

  @Test("a flag is accepted only by a lesson that declares it")
  func flags() throws {
    let options = try LessonOptions(["--pretrain", "--json"], known: ["--pretrain"])
    #expect(options.flags == ["--pretrain"] && options.isJSON)
    #expect(throws: UsageError.self) { try self.options("--pretrain") }
    let error = #expect(throws: UsageError.self) {
      try LessonOptions(["-x"], known: ["--pretrain"])
    }
    #expect(error?.description.contains("--pretrain") == true)
  }
}
