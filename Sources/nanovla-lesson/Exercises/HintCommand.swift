import ArgumentParser

/// `nanovla-lesson hint`: the next of three hints.
struct HintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hint", abstract: "Show the next hint of an exercise.",
    discussion: """
      Each call shows one hint more: first a question, then a pointer, then nearly the answer. \
      After the third, the third is shown again.
      """)

  @Argument(help: ArgumentHelp("The exercise's number.", valueName: "exercise"))
  var number: String

  func run() throws {
    var book = try ExerciseBook.open()
    try book.showHint(of: book.master(named: number))
  }
}

extension ExerciseBook {
  /// Shows the next hint and notes that it was shown.
  mutating func showHint(of master: ExerciseMaster) throws {
    try readProgress()
    let rung = min(progress.hints(of: master.number) + 1, master.hints.count)
    progress.noteHint(of: master.number, count: rung)
    try save()
    let kind = ["a question", "a pointer", "nearly the answer"][rung - 1]
    standardOutput(
      "Hint \(rung) of \(master.hints.count), \(kind):\n  "
        + master.hints[rung - 1].split(separator: "\n").joined(separator: "\n  ") + "\n")
  }
}
