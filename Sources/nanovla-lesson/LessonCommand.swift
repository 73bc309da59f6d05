import ArgumentParser
import Console
import Foundation

/// `nanovla-lesson`: runs lessons, and everything else that a student of the course needs.
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
      nanovla-lesson check 3  your exercise of lesson 3 against its oracle; hint 3 helps
      nanovla-lesson 3 --html lesson-3.html   one page: prose, source, output, pictures
      nanovla-lesson break                    the bug museum: famous failures, to diagnose
      nanovla-lesson notebook                 the notebooks, which are longer experiments

      Options of a run, such as --seed: nanovla-lesson run --help
      """,
    subcommands: [
      RunCommand.self, BreakCommand.self, NotebookCommand.self, CheckCommand.self, HintCommand.self,
      SolutionCommand.self, ResetCommand.self, ProgressCommand.self, WatchCommand.self,
      BandsCommand.self,
    ],
    defaultSubcommand: RunCommand.self)

  static func main() {
    Console.begin()
    do {
      var command = try parseAsRoot()
      try command.run()
      Console.flush()
    } catch let problem as Problem {
      Console.flush()
      standardError(errorLine("nanovla-lesson: \(problem)") + "\n")
      Foundation.exit(problem.exitCode)
    } catch {
      let (code, text) = (exitCode(for: error), fullMessage(for: error))
      let shown = text.isEmpty ? "" : errorLines(text)  // empty if the error was shown before
      if code == .success { Console.write(shown) }
      Console.flush()
      if code != .success { Console.standardError(shown) }
      exit(withError: code)
    }
  }
}
