import Foundation
import Testing

@testable import Blackboard

/// The bands that come with the course.
@Suite struct BundledBandsTests {
  private static let checkout = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  /// The lessons' files by number, "05".
  private static let lessons: [String: URL] = {
    let folder = checkout.appending(path: "Lessons")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let named = files.filter { $0.hasSuffix(".swift") }
      .map { (String($0.prefix(2)), folder.appending(path: $0)) }
    return Dictionary(named, uniquingKeysWith: { $1 })
  }()

  private func bands(_ number: String) throws -> LessonBands? {
    try LessonBands.read(
      LessonBands.self, "lesson", ofScript: try #require(Self.lessons[number]).path)
  }

  private func notes(_ number: String) throws -> [ResultNote] {
    try LessonBands.read(
      [ResultNote].self, "causes", ofScript: try #require(Self.lessons[number]).path) ?? []
  }

  @Test("bands hold for the knobs of the lesson's source", arguments: lessons.keys.sorted())
  func knobs(number: String) throws {
    guard let bands = try bands(number) else { return }
    let source = try String(contentsOf: try #require(Self.lessons[number]), encoding: .utf8)
    let difference = bands.differences(from: Knobs.declarations(in: source), [])
    #expect(
      difference.isEmpty,
      "measured \(difference): run nanovla-lesson bands \(Int(number) ?? 0) again")
  }

  @Test("each result has a value of each of at least ten seeds", arguments: lessons.keys.sorted())
  func seeds(number: String) throws {
    guard let bands = try bands(number) else { return }
    #expect(bands.seeds.count >= 10 && Set(bands.seeds).count == bands.seeds.count)
    #expect(!bands.results.isEmpty)
    for (name, values) in bands.results { #expect(values.count == bands.seeds.count, "\(name)") }
  }

  @Test("every measured seed lies inside of its own band", arguments: lessons.keys.sorted())
  func inside(number: String) throws {
    guard let bands = try bands(number) else { return }
    let notes = try notes(number)
    for (name, values) in bands.results {
      let measured = values.compactMap { $0 }
      guard !measured.isEmpty else { continue }
      let band = Band(measured, notes.first { $0.describes(name) })
      #expect(measured.allSatisfy(band.contains), "\(name): \(band.text)")
      #expect(!band.text.isEmpty)
    }
  }

  @Test(
    "success is noted as a rate, and rates are between 0 and 1", arguments: lessons.keys.sorted())
  func rates(number: String) throws {
    guard let bands = try bands(number) else { return }
    let notes = try notes(number)
    for (name, values) in bands.results {
      let isRate = notes.first { $0.describes(name) }?.isRate ?? false
      let mustBe = ["success", "twoMode", "accuracy", "captions"].contains { name.hasPrefix($0) }
      #expect(isRate || !mustBe, "\(name)")
      if isRate { #expect(values.allSatisfy { 0...1 ~= $0 ?? -1 }, "\(name)") }
    }
  }

  @Test("a script that is no lesson has no bands, a damaged file is named")
  func files() throws {
    #expect(try LessonBands.read(LessonBands.self, "lesson", ofScript: "/a/Notebook.swift") == nil)
    let error = #expect(throws: BandsError.self) {
      try LessonBands.read([String].self, "causes", ofScript: "/Lessons/05-Any.swift")
    }
    #expect(error?.description.contains("causes-05.json is damaged") == true)
  }
}
