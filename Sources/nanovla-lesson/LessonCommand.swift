import ArgumentParser
import Console
import Foundation

/// `nanovla-lesson`: builds the requested lessons from their present source and runs them.
@main
struct LessonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nanovla-lesson",
    abstract: "Build and run the lessons of nanoVLA.",
    discussion: """
      nanovla-lesson          all lessons in order
      nanovla-lesson 3        one lesson
      nanovla-lesson 1-5      several lessons
      nanovla-lesson list     each lesson's title, file, lines and seconds
      """)

  @Argument(
    help: ArgumentHelp("Numbers, ranges such as 1-5, or the word list.", valueName: "lessons"))
  var selection: [String] = []

  @Option(help: "The seed of every random number in a lesson.")
  var seed: UInt64 = 0

  @Flag(help: "Print one JSON object for each lesson on standard output, and nothing else.")
  var json = false

  @Flag(help: "Print without colors, as with the environment variable NO_COLOR.")
  var noColor = false

  @Flag(help: "Lesson 12 only: train the backbone too, from random weights.")
  var pretrain = false

  static func main() {
    Console.begin()
    do {
      var command = try parseAsRoot()
      try command.run()
      Console.flush()
    } catch {
      let (code, text) = (exitCode(for: error), fullMessage(for: error))
      let shown = text.isEmpty ? "" : errorLines(text)  // empty if the error was shown before
      if code == .success { Console.write(shown) }
      Console.flush()
      if code != .success { Console.standardError(shown) }
      exit(withError: code)
    }
  }

  func run() throws {
    do {
      let checkout = try Checkout.find()
      let lessons = try LessonFile.all(in: checkout.lessonsFolder)
      if selection == ["list"] {
        return standardOutput((json ? lessons.json : lessons.table) + "\n")
      }
      let chosen = try Selection.lessons(named: selection, among: lessons)
      guard !pretrain || chosen.contains(where: \.canPretrain) else {
        throw Problem.noPretraining(lessons.filter(\.canPretrain).map(\.number))
      }
      try run(chosen, of: checkout)
    } catch let problem as Problem {
      standardError(errorLine("nanovla-lesson: \(problem)") + "\n")
      throw ExitCode(problem.exitCode)
    }
  }

  /// Runs one lesson after another. Each is built just before it runs, so that an error in lesson 2
  /// does not stop lesson 1.
  private func run(_ lessons: [LessonFile], of checkout: Checkout) throws {
    for (position, lesson) in lessons.enumerated() {
      let executable = try Build(lesson: lesson, checkout: checkout).run()
      if position > 0, !json { standardOutput("\n") }
      var arguments = ["--seed", "\(seed)"]
      if json { arguments.append("--json") }
      if noColor { arguments.append("--no-color") }
      if pretrain, lesson.canPretrain { arguments.append("--pretrain") }
      try run(executable, arguments, in: checkout).passOnUnlessSuccess()
    }
  }

  private func run(_ executable: String, _ arguments: [String], in checkout: Checkout) throws
    -> ChildProcess.Ending
  {
    let crash = CrashReport()
    defer { crash.remove() }
    setenv("SWIFT_BACKTRACE", crash.settings, 0)  // 0: a user's setting stays
    let ending = try ChildProcess(executable, arguments).run()
    crash.calls(in: checkout.root).forEach { standardError("  called at \($0)\n") }
    return ending
  }
}
