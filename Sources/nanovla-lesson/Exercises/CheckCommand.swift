import ArgumentParser

/// `nanovla-lesson check`: builds exercises from their present source and checks them.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check your exercises.",
    discussion: """
      nanovla-lesson check 3    your function against the oracle of exercise 3
      nanovla-lesson check      all exercises, one line for each; removes the tick of what broke

      An exercise is a file of Lessons/Exercises with one function for you to write. The exit \
      status is 0 if every checked exercise passes and 1 otherwise.
      """)

  @Argument(help: ArgumentHelp("Numbers or ranges such as 1-5.", valueName: "exercises"))
  var selection: [String] = []

  func run() throws {
    var book = try ExerciseBook.open()
    let chosen = try book.masters(named: selection)
    var allPassed = true
    for master in chosen {
      let outcome =
        try chosen.count == 1 ? book.checkAlone(master) : book.checkInTable(master)
      allPassed = allPassed && outcome == .right
    }
    if !allPassed { throw ExitCode.failure }
  }
}

extension ExerciseBook {
  /// Checks one exercise, shows all that it prints, and what to do next.
  mutating func checkAlone(_ master: ExerciseMaster) throws -> ExerciseCheck.Outcome {
    standardOutput("Exercise \(master.number) · \(master.title)\n")
    let wasPassed = progress.hasPassed(master.number)
    let check = try ExerciseCheck(of: master, in: self, quietly: false)
    try note(check, of: master)
    try save()
    standardOutput(check.output + nextStep(after: check.outcome, of: master, wasPassed: wasPassed))
    return check.outcome
  }

  private func nextStep(
    after outcome: ExerciseCheck.Outcome, of master: ExerciseMaster, wasPassed: Bool
  ) -> String {
    let number = master.number
    let passed = masters.count { progress.hasPassed($0.number) }
    let broke = wasPassed ? "It passed before: the tick is removed.\n" : ""
    switch outcome {
    case .right:
      return "\(passed) of \(masters.count) exercises passed. "
        + "Compare: nanovla-lesson solution \(number)\n"
    case .notAttempted:
      return broke + "Open Lessons/Exercises/\(master.file)\n"
    case .notChecked:
      return "not checked: the script ended before its last line, check(…); "
        + "compare with nanovla-lesson solution \(number) --spoil\n"
    case .crashed: return "not yet: it crashed; the lines above say where\n" + broke + help(number)
    case .endless: return broke + help(number)
    case .wrong, .notBuilt: return broke + help(number)
    case .missing: return broke
    }
  }

  private func help(_ number: Int) -> String {
    let shown = progress.hints(of: number)
    return shown < 3
      ? "Help: nanovla-lesson hint \(number) (\(shown) of 3 hints shown)\n"
      : "All hints are shown; nanovla-lesson solution \(number) --spoil shows the solution\n"
  }

  /// Checks one of several exercises and prints one line; more if it passed before.
  mutating func checkInTable(_ master: ExerciseMaster) throws -> ExerciseCheck.Outcome {
    let wasPassed = progress.hasPassed(master.number)
    let check = try ExerciseCheck(of: master, in: self, quietly: true)
    try note(check, of: master)
    try save()
    let broke = wasPassed && check.outcome != .right
    let mark = check.outcome == .right ? "✓" : check.outcome == .notAttempted && !broke ? "–" : "✗"
    let width = masters.map(\.title.count).max() ?? 0
    let title = master.title.padding(toLength: width, withPad: " ", startingAt: 0)
    let number = String(repeating: " ", count: master.number < 10 ? 1 : 0) + "\(master.number)"
    standardOutput(
      "\(mark) \(number)  \(title)  \(check.outcome.word)\(broke ? " (passed before)" : "")\n")
    if broke {
      check.output.split(separator: "\n").forEach { standardOutput("      \($0)\n") }
    }
    return check.outcome
  }
}
