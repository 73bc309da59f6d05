import ArgumentParser

/// `nanovla-lesson solution`: what differs between a student's file and the solution.
struct SolutionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "solution",
    abstract: "Compare your file with the solution of an exercise that you have passed.",
    discussion: """
      Shows the answer to the exercise's question, and the lines to remove (-) from your file and \
      to add (+) to it, which is not changed.
      """)

  @Argument(help: ArgumentHelp("The exercise's number.", valueName: "exercise"))
  var number: String

  @Flag(help: "Show it before the exercise has passed.")
  var spoil = false

  func run() throws {
    let book = try ExerciseBook.open()
    let master = try book.master(named: number)
    guard spoil || book.progress.hasPassed(master.number) else {
      throw Problem.notPassed(master.number)
    }
    book.showSolution(of: master)
  }
}

extension ExerciseBook {
  /// Prints the answer and the difference.
  func showSolution(of master: ExerciseMaster) {
    standardOutput("Answer: \(master.answer)\n\n")
    let own = text(of: master) ?? ""
    if own == master.solution { return standardOutput("Your file is the solution.\n") }
    standardOutput("--- your \(master.file)\n+++ the solution\n")
    let lines = LineDifference(from: own, to: master.solution).lines
    for line in lines {
      let color = !showsColor ? nil : line.hasPrefix("-") ? 31 : line.hasPrefix("+") ? 32 : nil
      standardOutput(color.map { "\u{1B}[\($0)m\(line)\u{1B}[0m\n" } ?? line + "\n")
    }
  }
}

/// The lines that two texts share, in order, and those that only one has.
struct LineDifference {
  /// Each begins with "- " (only in the first text), "+ " (only in the second) or two spaces; "  …"
  /// stands for shared lines far from any other.
  let lines: [String]

  /// - Parameter context: how many shared lines are kept before and after each difference.
  init(from first: String, to second: String, context: Int = 3) {
    func split(_ text: String) -> [Substring] {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return lines.last == "" ? Array(lines.dropLast()) : lines
    }
    let (old, new) = (split(first), split(second))
    var (removed, inserted) = (Set<Int>(), Set<Int>())
    for change in new.difference(from: old) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var all: [String] = []
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if i < old.count, removed.contains(i) {
        all.append("- " + old[i])
        i += 1
      } else if j < new.count, inserted.contains(j) {
        all.append("+ " + new[j])
        j += 1
      } else {
        all.append("  " + old[i])
        (i, j) = (i + 1, j + 1)
      }
    }
    let isShared = all.map { $0.hasPrefix("  ") }
    lines = all.indices.compactMap { index in
      let near = max(0, index - context)...min(all.count - 1, index + context)
      if near.contains(where: { !isShared[$0] }) { return all[index] }
      let isFirst = index == 0 || (max(0, index - 1 - context)..<index).contains { !isShared[$0] }
      return isFirst ? "  …" : nil
    }
  }
}
