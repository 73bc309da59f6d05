import ArgumentParser
import Foundation

/// `nanovla-lesson run`, the default: builds the requested lessons from their present source and runs
/// them, one after another.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Build and run lessons.")

  @Argument(
    help: ArgumentHelp("Numbers, ranges such as 1-5, or the word list.", valueName: "lessons"))
  var selection: [String] = []

  @Option(help: "The seed of every random number in a lesson.")
  var seed: UInt64 = 0

  @Flag(help: "Print one JSON object for each lesson on standard output, and nothing else.")
  var json = false

  @Option(help: "Write the lesson as one page of HTML to this file, too.")
  var html: String?

  @Flag(help: "Print without colors, as with the environment variable NO_COLOR.")
  var noColor = false

  @Flag(help: "Lesson 12 only: train the backbone too, from random weights.")
  var pretrain = false

  func run() throws {
    let checkout = try Checkout.find()
    let lessons = try LessonFile.all(in: checkout.lessonsFolder)
    if selection == ["list"] {
      guard html == nil else { throw Problem.pageOfSeveral(lessons.count) }
      return standardOutput((json ? lessons.json : lessons.table) + "\n")
    }
    let chosen = try Selection.lessons(named: selection, among: lessons)
    guard !pretrain || chosen.contains(where: \.canPretrain) else {
      throw Problem.noPretraining(lessons.filter(\.canPretrain).map(\.number))
    }
    guard html == nil || chosen.count == 1 else { throw Problem.pageOfSeveral(chosen.count) }
    // Each is built just before it runs, so that an error in lesson 2 does not stop lesson 1.
    for (position, lesson) in chosen.enumerated() {
      let script = Script(
        product: lesson.product, name: "lesson \(lesson.number)", file: lesson.file,
        list: "lessons", checkout: checkout)
      let executable = try script.build()
      if position > 0, !json { standardOutput("\n") }
      var arguments = ["--seed", "\(seed)"]
      if json { arguments.append("--json") }
      if let html { arguments += ["--html", html] }
      if noColor { arguments.append("--no-color") }
      if pretrain, lesson.canPretrain { arguments.append("--pretrain") }
      try script.run(executable, arguments).passOnUnlessSuccess()
    }
  }
}
