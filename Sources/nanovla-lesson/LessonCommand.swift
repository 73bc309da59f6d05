import ArgumentParser
import Foundation

/// `nanovla-lesson`: builds just the lessons it is asked for and runs them as they stand on disk.
@main
struct LessonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nanovla-lesson",
    abstract: "Run the lessons of nanoVLA, each built from its file as it stands now.",
    discussion: """
      nanovla-lesson          all lessons in order
      nanovla-lesson 3        one lesson
      nanovla-lesson 1-5      some lessons
      nanovla-lesson list     what there is: titles, files, lines, seconds
      """)

  @Argument(help: ArgumentHelp("A number, a range such as 1-5, or list.", valueName: "lessons"))
  var words: [String] = []

  @Option(help: "The seed of every random number in the lesson.")
  var seed: UInt64 = 0

  @Flag(help: "Print one JSON object a lesson on standard output, and nothing else there.")
  var json = false

  @Flag(help: "Print no colors (so does the environment variable NO_COLOR).")
  var noColor = false

  @Flag(help: "For lesson 12: train the trunk too, from nothing.")
  var pretrain = false

  func run() throws {
    do {
      let checkout = try Checkout.find()
      let lessons = try LessonFile.all(in: checkout.lessonsFolder)
      if words == ["list"] { return print(json ? lessons.json : lessons.table) }
      let chosen = try Selection.lessons(named: words, among: lessons)
      guard !pretrain || chosen.contains(where: \.canPretrain) else {
        throw Problem.noPretraining(lessons.filter(\.canPretrain).map(\.number))
      }
      try run(chosen, of: checkout)
    } catch let problem as Problem {
      standardError("nanovla-lesson: \(problem)\n")
      throw ExitCode(problem.exitCode)
    }
  }

  /// One lesson after another, each built just before it runs: lesson 1 runs while 2 is broken.
  private func run(_ lessons: [LessonFile], of checkout: Checkout) throws {
    for (position, lesson) in lessons.enumerated() {
      let binary = try Build(lesson: lesson, checkout: checkout).run()
      if position > 0, !json { standardOutput("\n") }
      var arguments = ["--seed", "\(seed)"]
      if json { arguments.append("--json") }
      if noColor { arguments.append("--no-color") }
      if pretrain, lesson.canPretrain { arguments.append("--pretrain") }
      try ChildProcess(binary, arguments).run().passOnUnlessSuccess()
    }
  }
}

/// What a user can get wrong, in one line.
enum Problem: Error, CustomStringConvertible {
  case noCheckout(from: String)
  case noLessons(folder: String)
  case sameNumber(Int, String, String)
  case unknownSelection(String, numbers: [Int])
  case noPretraining([Int])
  case cannotStart(program: String, why: String)
  case noBinary(path: String)

  var description: String {
    switch self {
    case .noCheckout(let folder):
      return "found no nanoVLA checkout above \(folder): cd into one and try again"
    case .noLessons(let folder):
      return "\(folder) holds no lesson: a lesson is a file named like 03-Name.swift"
    case .sameNumber(let number, let first, let second):
      return "\(first) and \(second) both are lesson \(number): renumber one of them"
    case .unknownSelection(let why, let numbers):
      let valid = numbers.map(String.init).joined(separator: ", ")
      return "\(why); the lessons are \(valid), and 'nanovla-lesson list' names them"
    case .noPretraining(let numbers):
      return "--pretrain is for lesson \(numbers.map(String.init).joined(separator: ", "))"
    case .cannotStart(let program, let why):
      return program == "swift"
        ? "cannot start swift (\(why)): put the Swift toolchain on your PATH"
        : "cannot start \(program): \(why)"
    case .noBinary(let path):
      return "the build succeeded but left no \(path)"
    }
  }

  /// 64 is the shell's EX_USAGE: the command line was wrong.
  var exitCode: Int32 {
    switch self {
    case .unknownSelection, .noPretraining: return 64
    default: return 1
    }
  }
}

/// Unbuffered, so that our words and those of the programs we start appear in order.
func standardError(_ text: String) { write(text, to: STDERR_FILENO) }
func standardOutput(_ text: String) { write(text, to: STDOUT_FILENO) }

private func write(_ text: String, to descriptor: Int32) {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    if written < 0 && errno == EINTR { continue }
    guard written > 0 else { return }  // nobody reads any more
    rest = rest.dropFirst(written)
  }
}
