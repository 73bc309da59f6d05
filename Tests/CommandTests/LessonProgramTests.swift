import Foundation
import Testing

/// The lessons' executables, built beside this test.
@Suite struct LessonProgramTests {
  private func inScratch<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("nanovla-lesson-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  @Test("--json prints exactly one object with the lesson's seven keys")
  func json() throws {
    let result = try inScratch { try Program.product("lesson-04").run(["--json"], in: $0) }
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 0)
    #expect(lines.count == 1)
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let keys = Set(object?.keys.map { $0 } ?? [])
    #expect(keys == ["lesson", "title", "file", "trace", "results", "bands", "seconds"])
    #expect(object?["lesson"] as? Int == 4)
    #expect((object?["trace"] as? [Any])?.isEmpty == false)
    #expect((object?["results"] as? [String: Any])?.isEmpty == false)
  }

  @Test("--html writes one page beside the usual output, with every heading that is printed")
  func page() throws {
    try inScratch { folder in
      let result = try Program.product("lesson-04").run(
        ["--no-color", "--html", "four.html"], in: folder, environment: ["COLUMNS": "200"])
      #expect(result.status == 0)
      #expect(result.output.hasSuffix("Page: \(folder.path)/four.html\n"))
      let page = try String(
        contentsOf: folder.appendingPathComponent("four.html"), encoding: .utf8)
      let headings = page.matches(of: #/<h2 id="s\d+">(.*?)</h2>/#).map { String($0.1) }
      let printed = Set(result.output.split(separator: "\n").map(String.init))
      #expect(headings.first == "Setup" && headings.suffix(3) == ["Results", "Read next", "Try"])
      #expect(headings.count > 5)
      #expect(headings.dropFirst().dropLast(3).allSatisfy { printed.contains($0) })
      #expect(page.contains("Lessons/04-ActionTokenizing.swift") && page.hasSuffix("</html>\n"))
    }
  }

  @Test(
    "a page that cannot be written ends a lesson with one line before it runs",
    arguments: ["missing/four.html", "four.txt", ".", "3"])
  func badPage(path: String) throws {
    try inScratch { folder in
      let result = try Program.product("lesson-04").run(["--html", path], in: folder)
      #expect(result.status != 0 && result.output.isEmpty)
      #expect(result.error.split(separator: "\n").count == 1)
      #expect(result.error.contains(path))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test("every lesson's idea takes three to six lines of a terminal and states the aha")
  func ideaLength() throws {
    let folder = checkout.appendingPathComponent("Lessons")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".swift") }
    #expect(files.count >= 14)
    for file in files {
      let source = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      let idea = try #require(source.firstMatch(of: #/let idea = """\n(?s:(.*?))\n  """/#)).1
      var (lines, length) = (1, 0)
      for word in idea.split(whereSeparator: \.isWhitespace) {
        if length > 0, length + 1 + word.count > 80 { (lines, length) = (lines + 1, 0) }
        length += (length > 0 ? 1 : 0) + word.count
      }
      #expect((3...6).contains(lines), "\(file): \(lines) lines")
      #expect(idea.contains("The aha:"), "\(file)")
    }
  }

  @Test("a lesson is a script of at most 120 lines; 12, which joins all parts, and 13 are longer")
  func length() throws {
    let folder = checkout.appendingPathComponent("Lessons")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".swift") }
    for file in files {
      let source = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      let lines = source.count { $0 == "\n" }
      let most = ["12": 150, "13": 130][file.prefix(2), default: 120]
      #expect((40...most).contains(lines), "\(file): \(lines) lines")
    }
  }

  @Test("a lesson prints its title and its idea before the first section")
  func idea() throws {
    let file = checkout.appendingPathComponent("Lessons/04-ActionTokenizing.swift")
    let source = try String(contentsOf: file, encoding: .utf8)
    let idea = try #require(source.firstMatch(of: #/let idea = """\n(?s:(.*?))\n  """/#)).1
    let result = try inScratch { try Program.product("lesson-04").run(["--no-color"], in: $0) }
    func words(_ text: some StringProtocol) -> [Substring] {
      Substring(text).split(whereSeparator: \.isWhitespace)
    }
    let printed = words(result.output).prefix(words(idea).count + 5)
    #expect(printed.starts(with: ["Lesson", "4", "·", "Action", "tokenizing"]))
    #expect(printed.dropFirst(5).elementsEqual(words(idea)))
  }

  @Test(
    "an unknown flag exits 64 with one line", arguments: ["lesson-03", "lesson-05", "lesson-06"])
  func unknownFlag(product: String) throws {
    let result = try Program.product(product).run(["--colors"], in: checkout)
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(result.error.contains("--colors"))
  }

  @Test("a lesson whose output is closed early ends without a message")
  func closedPipe() throws {
    let lesson = Program.product("lesson-04").path
    let result = try inScratch {
      try Program("/bin/sh").run(["-c", "'\(lesson)' --no-color | head -n 1"], in: $0)
    }
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("Lesson 4"))
    #expect(result.error.isEmpty)
  }

  @Test("on a terminal of 40 columns each wider line is a single word")
  func narrow() throws {
    let result = try inScratch {
      try Program.product("lesson-04").run(["--no-color"], in: $0, environment: ["COLUMNS": "40"])
    }
    let wide = result.output.split(separator: "\n").filter {
      $0.count > 40 && $0.split(separator: " ").count > 1
    }
    #expect(result.status == 0)
    #expect(wide.isEmpty)
  }

  @Test(
    "a file named nanovla-output ends lesson 3 with one line of error, and its page stays the old one"
  )
  func fileInTheWay() throws {
    let result = try inScratch { folder in
      try Data("mine".utf8).write(to: folder.appendingPathComponent("nanovla-output"))
      let page = folder.appendingPathComponent("three.html")
      try Data("old".utf8).write(to: page)
      let result = try Program.product("lesson-03").run(
        ["--no-color", "--html", "three.html"], in: folder)
      #expect(try String(contentsOf: page, encoding: .utf8) == "old")
      return result
    }
    let errors = result.error.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    #expect(result.status == 1)
    #expect(errors.count == 1)
    #expect(errors.first?.contains("nanovla-output") == true)
  }
}
