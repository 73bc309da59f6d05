import Foundation
import Testing

@testable import nanovla_lesson

/// The masters of this checkout's exercises, and the files generated from them.
@Suite struct ExerciseMasterTests {
  private static let masters: [ExerciseMaster] =
    (try? ExerciseMaster.all(in: Checkout(root: checkout, scratch: checkout))) ?? []

  @Test("each lesson has one exercise of its number")
  func numbers() throws {
    let lessons = try LessonFile.all(in: checkout.appendingPathComponent("Lessons"))
    #expect(Self.masters.map(\.number) == lessons.map(\.number))
    for master in Self.masters {
      #expect(
        master.file.hasPrefix(master.number < 10 ? "0\(master.number)-" : "\(master.number)-"))
    }
  }

  // A student who has begun has a file of progress, and other files.
  @Test(
    "the student's files are what the masters generate; else: nanovla-lesson reset 0-13 --yes",
    .enabled(
      if: !FileManager.default.fileExists(
        atPath: checkout.appendingPathComponent(".nanovla-progress").path)))
  func studentFiles() throws {
    let folder = checkout.appendingPathComponent("Lessons/Exercises")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == Self.masters.map(\.file))
    for master in Self.masters {
      let file = folder.appendingPathComponent(master.file)
      #expect(try String(contentsOf: file, encoding: .utf8) == master.stub, "\(master.file)")
    }
  }

  @Test("a stub asks a question first and is not written yet; its solution has 3 to 20 lines")
  func parts() {
    for master in Self.masters {
      #expect(master.stub.contains("// Predict first: "), "\(master.file)")
      #expect(master.stub.contains("swift test --filter "), "\(master.file)")
      #expect(master.stub.contains("\n  notAttempted()\n}\n"), "\(master.file)")
      #expect(master.stub.hasSuffix(")\n") && master.stub.contains("\ncheck("), "\(master.file)")
      #expect(!master.stub.contains("#if") && !master.solution.contains("#if"), "\(master.file)")
      #expect(!master.solution.contains("notAttempted") && !master.solution.contains("Hint"))
      let difference = LineDifference(from: master.stub, to: master.solution).lines
      let written = difference.count { $0.hasPrefix("+ ") }
      #expect((3...20).contains(written), "\(master.file): \(written) lines")
      #expect(difference.count { $0.hasPrefix("- ") } == 1, "\(master.file)")
      #expect(!master.answer.isEmpty && Set(master.hints).count == 3, "\(master.file)")
    }
  }

  @Test("the course's files and the test suites that a stub names exist")
  func references() throws {
    let tests = checkout.appendingPathComponent("Tests")
    let names = FileManager.default.enumerator(atPath: tests.path)?.compactMap { $0 as? String }
    let suites = try (names ?? []).filter { $0.hasSuffix(".swift") }
      .map { try String(contentsOf: tests.appendingPathComponent($0), encoding: .utf8) }.joined()
    for master in Self.masters {
      let text = master.stub.replacing("\n// ", with: " ")
      let paths = text.matches(of: #/Sources/[\w+/-]+\.swift/#).map { String($0.0) }
      #expect(!paths.isEmpty, "\(master.file)")
      for path in paths {
        let file = checkout.appendingPathComponent(path).path
        #expect(FileManager.default.fileExists(atPath: file), "\(master.file): \(path)")
      }
      let filter = try #require(text.firstMatch(of: #/--filter "?([\w|]+)/#)).1
      for suite in filter.split(separator: "|") {
        let declared = suites.contains("struct \(suite) ") || suites.contains("class \(suite) ")
        #expect(declared, "\(master.file): \(suite)")
      }
    }
  }

  @Test("the untouched stub ends as not attempted", arguments: masters.map(\.product))
  func stubs(product: String) throws {
    let result = try Program.product(product).run([], in: checkout)
    #expect(result.status == 3)
    #expect(result.output == "not attempted: replace notAttempted() by your code\n")
    #expect(result.error.isEmpty)
  }

  @Test("a master without one of its parts is refused by name")
  func damaged() {
    let text = """
      // Exercise 1 · First
      // Difficulty 1 of 3, importance 2 of 3, about 5 minutes.
      // Script: check()

      // Answer: yes
      // Hint 1: a
      // Hint 2: b
      // Hint 3: c

      """
    #expect(throws: Never.self) { try ExerciseMaster(file: "01-First.swift", text: text) }
    for part in ["Exercise", "Difficulty", "Script", "Answer", "Hint 2"] {
      #expect(throws: Problem.self, "\(part)") {
        try ExerciseMaster(file: "01-First.swift", text: text.replacing(part, with: "X"))
      }
    }
  }

  @Test("a difference keeps three shared lines around it and leaves out those far away")
  func differences() {
    let first = (1...12).map { "\($0)" }.joined(separator: "\n")
    let second = first.replacing("\n9\n", with: "\nnine\n")
    let lines = LineDifference(from: first, to: second).lines
    #expect(lines == ["  …", "  6", "  7", "  8", "- 9", "+ nine", "  10", "  11", "  12"])
    #expect(LineDifference(from: "a", to: "a\nb").lines == ["  a", "+ b"])
  }
}
