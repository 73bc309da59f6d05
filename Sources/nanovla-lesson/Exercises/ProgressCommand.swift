import ArgumentParser
import Foundation

/// `nanovla-lesson progress`: a table of the exercises.
struct ProgressCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "progress", abstract: "Show which exercises have passed.",
    discussion: """
      An exercise is ticked while its file is the one that passed. A file that was edited since is \
      marked “changed”: check it again. Progress is in .nanovla-progress, which git ignores.
      """)

  @Flag(help: "Print one JSON object for each exercise.")
  var json = false

  func run() throws {
    let book = try ExerciseBook.open()
    standardOutput((json ? try book.json : book.table) + "\n")
  }
}

extension ExerciseBook {
  /// "passed", "changed" since it passed, "begun", "no file" or "–".
  fileprivate func state(of master: ExerciseMaster) -> String {
    guard let text = text(of: master) else { return "no file" }
    if progress.hasPassed(master.number, text) { return "passed" }
    if progress.hasPassed(master.number) { return "changed" }
    return text == master.stub ? "–" : "begun"
  }

  fileprivate var table: String {
    let heading = ["", "#", "exercise", "difficulty", "importance", "minutes", "hints", "state"]
    let rows = masters.map { master in
      let state = state(of: master)
      return [
        state == "passed" ? "✓" : state == "changed" ? "?" : " ", "\(master.number)", master.title,
        master.difficulty, master.importance, "\(master.minutes)",
        "\(progress.hints(of: master.number))", state,
      ]
    }
    let passed = masters.count { state(of: $0) == "passed" }
    return aligned([heading] + rows, text: [0, 2, 3, 4, 7])
      + "\n\(passed) of \(masters.count) passed. "
      + (next.map { "Next: nanovla-lesson watch \($0.number)" } ?? "All done.")
  }

  fileprivate var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return try masters.map { master in
        let row = Row(
          exercise: master.number, title: master.title, file: "Lessons/Exercises/" + master.file,
          difficulty: master.difficulty, importance: master.importance, minutes: master.minutes,
          hints: progress.hints(of: master.number), state: state(of: master))
        return String(decoding: try encoder.encode(row), as: UTF8.self)
      }.joined(separator: "\n")
    }
  }
}

private struct Row: Encodable {
  let exercise: Int
  let title, file, difficulty, importance: String
  let minutes, hints: Int
  let state: String
}
