import ArgumentParser
import Foundation

/// `nanovla-lesson reset`: an exercise as it was in the beginning.
struct ResetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "Begin an exercise anew; your file is kept as a copy.",
    discussion: """
      Asks first. The copy goes to nanovla-output. After a change of a master in \
      Sources/Exercises/Masters, reset --yes writes the student's file again.
      """)

  @Argument(help: ArgumentHelp("Numbers or ranges such as 1-5.", valueName: "exercises"))
  var selection: [String]

  @Flag(help: "Do not ask.")
  var yes = false

  func run() throws {
    var book = try ExerciseBook.open()
    for master in try book.masters(named: selection) {
      try book.reset(master, asks: !yes)
    }
  }
}

extension ExerciseBook {
  fileprivate mutating func reset(_ master: ExerciseMaster, asks: Bool) throws {
    let (own, path) = (text(of: master), "Lessons/Exercises/" + master.file)
    if own == master.stub {
      standardOutput("\(path) is as it was in the beginning\n")
    } else {
      if own != nil {
        guard try !asks || isConfirmed(master, path) else { return standardOutput("not changed\n") }
        standardOutput("your file is kept as \(try keepCopy(of: master))\n")
      }
      try write(master.stub, to: file(of: master))
      standardOutput("\(path) is new\n")
    }
    progress.forget(master.number)
    try save()
  }

  private func isConfirmed(_ master: ExerciseMaster, _ path: String) throws -> Bool {
    guard isatty(STDIN_FILENO) == 1 else {
      throw Problem.needsConfirmation(master.number, file: path)
    }
    standardOutput("Replace \(path) by the stub of exercise \(master.number)? (y/N) ")
    return ["y", "yes"].contains((readLine() ?? "").lowercased())
  }

  /// Copies the student's file to a name that is free, and returns it.
  private func keepCopy(of master: ExerciseMaster) throws -> String {
    let name = "nanovla-output/" + master.file.dropLast(".swift".count)
    var (copy, count) = (name + ".kept.swift", 1)
    func url(_ path: String) -> URL { checkout.root.appendingPathComponent(path) }
    while FileManager.default.fileExists(atPath: url(copy).path) {
      count += 1
      copy = "\(name).kept-\(count).swift"
    }
    try write(text(of: master) ?? "", to: url(copy))
    return copy
  }

  private func write(_ text: String, to file: URL) throws {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file, options: .atomic)
    } catch { throw Problem.cannotWrite(path: file.path, why: error.localizedDescription) }
  }
}
