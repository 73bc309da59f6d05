import Foundation
import Images
import Testing

@testable import Blackboard

@Suite struct ReportTests {
  @Test("A report is one line of JSON, and a result that is not finite is null")
  func json() throws {
    let report = Report(
      lesson: 3, title: "“Quoted”\nand broken", file: "Lessons/03.swift",
      trace: [.init(label: "a", shape: [1, 2], milliseconds: 0.5)],
      results: ["good": 0.25, "bad": nil], bands: ["good": [0, 1]], charts: nil, seconds: 1.5
    ).json
    #expect(!report.contains("\n"))
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any])
    let results = try #require(object["results"] as? [String: Any])
    #expect(results["good"] as? Double == 0.25)
    #expect(results["bad"] is NSNull)
    #expect(object["lesson"] as? Int == 3)
    #expect(object["bands"] as? [String: [Double]] == ["good": [0, 1]])
    #expect(object["charts"] == nil)
    #expect(((object["trace"] as? [[String: Any]])?.first?["shape"]) as? [Int] == [1, 2])
  }

  @Test("The command line sets the seed, JSON and color")
  func options() throws {
    let options = try LessonOptions(["--seed", "7", "--json"])
    #expect(options.seed == 7)
    #expect(options.isJSON)
    #expect(try !LessonOptions(["--no-color"]).showsColor)
    #expect(try LessonOptions([]).seed == 0)
  }

  @Test(
    "The error for a wrong command line is one line",
    arguments: [["--sed"], ["--seed"], ["--seed", "-1"], ["--seed", "x"], ["3"], [""]])
  func wrongLessonOptions(words: ArraySlice<String>) {
    let error = #expect(throws: UsageError.self) { try LessonOptions(words) }
    #expect(error?.description.contains("\n") == false)
  }
}
