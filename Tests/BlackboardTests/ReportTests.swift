import Foundation
import Testing

@testable import Blackboard

@Suite struct ReportTests {
  private func parsed(_ report: Report) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
    return try #require(object as? [String: Any])
  }

  @Test("a report is one line of JSON with the lesson's facts")
  func facts() throws {
    let report = Report(
      lesson: 3, title: "Quotes \" and\nlines", file: "Lessons/03.swift",
      trace: [.init(label: "image", shape: [1, 8, 8, 3], milliseconds: 0.5)],
      results: ["loss": 1.25], seconds: 2)
    let object = try parsed(report)
    #expect(!report.json.contains("\n"))
    #expect(report.json.contains("Lessons/03.swift"))
    #expect(Set(object.keys) == ["lesson", "title", "file", "trace", "results", "seconds"])
    #expect(object["title"] as? String == "Quotes \" and\nlines")
    #expect((object["results"] as? [String: Double]) == ["loss": 1.25])
    let entry = try #require((object["trace"] as? [[String: Any]])?.first)
    #expect(entry["shape"] as? [Int] == [1, 8, 8, 3])
  }

  @Test("numbers that are not finite leave the JSON valid")
  func notFinite() throws {
    let report = Report(
      lesson: 0, title: "", file: "", trace: [],
      results: ["a": .nan, "b": .infinity, "c": -.infinity], seconds: 0)
    let results = try #require(parsed(report)["results"] as? [String: String])
    #expect(results == ["a": "nan", "b": "inf", "c": "-inf"])
  }
}
