import Foundation
import Testing

@testable import nanovla_lesson

/// Parts of the lesson runner that need no build.
@Suite struct LessonRunnerTests {
  @Test("a build's progress is shown after 2 s on a terminal and after 5 s elsewhere")
  func progress() {
    for (isTerminal, quiet) in [(true, 2.0), (false, 5.0)] {
      let start = Date()
      var report = BuildReport("lesson 3", isTerminal: isTerminal, start: start)
      #expect(report.shown("[1/9] Compiling", now: start + quiet - 0.1) == "")
      let shown = report.shown("[2/9] Compiling", now: start + quiet + 0.1)
      #expect(shown.hasPrefix("Building lesson 3 …\n"))
      #expect(shown.contains("[2/9] Compiling"))
      let next = report.shown("[3/9] Compiling", now: start + quiet + 0.2)
      #expect(!next.contains("Building"))
      #expect(report.end() == (isTerminal ? "\r\u{1b}[K" : ""))
    }
  }

  @Test("an error that the compiler repeats is shown once")
  func repeatedErrors() {
    var report = BuildReport("lesson 3", isTerminal: false)
    let error = "a.swift:1:2: error: no such name"
    let lines = [error, "  |- code", "[1/2] Compiling", error, "  |- code"]
    let shown = lines.map { report.shown($0, now: Date()) }
    #expect(shown == [error + "\n", "  |- code\n", "", "", ""])
  }

  @Test("calls are those of the checkout's files, without Blackboard and without main")
  func calls() throws {
    let report = CrashReport()
    defer { report.remove() }
    let frames = [
      ("", "", 0), ("f", "/r/Sources/Tensors/A.swift", 0), ("f", "/r/Sources/Tensors/A.swift", 7),
      ("g", "/r/Sources/Tensors/A.swift", 7), ("h", "/r/Lessons/01.swift", 9),
      ("run", "/r/Sources/Blackboard/Lesson.swift", 40), ("c", "/r/Sources/Exercises/C.swift", 5),
      ("x", "/elsewhere/B.swift", 3),
      ("lesson_01_main", "/r/Lessons/01.swift", 5),
    ].map { symbol, file, line in
      #"{"symbol": "\#(symbol)", "sourceLocation": {"file": "\#(file)", "line": \#(line)}}"#
    }
    let threads = """
      {"frames": []}, {"crashed": true, "frames": [{"address": "0x1"}, \
      \(frames.joined(separator: ", "))]}
      """
    try Data(#"{"threads": [\#(threads)]}"#.utf8).write(to: report.file)
    let calls = report.calls(in: URL(fileURLWithPath: "/r"))
    #expect(calls == ["Sources/Tensors/A.swift:7", "Lessons/01.swift:9"])
    report.remove()
    let none = report.calls(in: URL(fileURLWithPath: "/r"))
    #expect(none.isEmpty)
  }
}
