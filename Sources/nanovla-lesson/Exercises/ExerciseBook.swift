import Console
import Foundation

/// The exercises of a checkout and a student's progress.
struct ExerciseBook {
  let checkout: Checkout
  let masters: [ExerciseMaster]
  var progress = ExerciseProgress()

  private var progressFile: URL { checkout.root.appendingPathComponent(".nanovla-progress") }

  /// Reads masters and progress. Damaged progress is kept aside, reported, and made anew by checking
  /// every exercise that was begun.
  static func open() throws -> ExerciseBook {
    let checkout = try Checkout.find()
    var book = ExerciseBook(checkout: checkout, masters: try ExerciseMaster.all(in: checkout))
    try book.readProgress()
    return book
  }

  private init(checkout: Checkout, masters: [ExerciseMaster]) {
    (self.checkout, self.masters) = (checkout, masters)
  }

  /// Reads what is there now, possibly written by another command.
  mutating func readProgress() throws {
    let files = FileManager.default
    guard files.fileExists(atPath: progressFile.path) else { return }
    if let read = try? ExerciseProgress(contentsOf: progressFile) { return progress = read }
    let aside = progressFile.path + ".damaged"
    try? files.removeItem(atPath: aside)
    do { try files.moveItem(atPath: progressFile.path, toPath: aside) } catch {
      throw Problem.cannotWrite(path: aside, why: error.localizedDescription)
    }
    standardError(
      "nanovla-lesson: .nanovla-progress is damaged and now .nanovla-progress.damaged; "
        + "checking every exercise that was begun, to make it anew\n")
    for master in masters where isBegun(master) {
      try note(ExerciseCheck(of: master, in: self, quietly: true), of: master)
    }
    try save()
  }

  /// The masters that the words name: numbers and ranges; all if there are none.
  func masters(named words: [String]) throws -> [ExerciseMaster] {
    let numbers = masters.map(\.number)
    let chosen = try Selection.numbers(named: words, of: "an exercise", among: numbers) { why in
      .unknownExercise(why, numbers: numbers)
    }
    return chosen.compactMap { number in masters.first { $0.number == number } }
  }

  /// The one that `word` names.
  func master(named word: String) throws -> ExerciseMaster {
    let chosen = try masters(named: [word])
    guard chosen.count == 1 else {
      throw Problem.unknownExercise("'\(word)' is not one exercise", numbers: masters.map(\.number))
    }
    return chosen[0]
  }

  /// The first that has not passed; nil if all have.
  var next: ExerciseMaster? { masters.first { !progress.hasPassed($0.number) } }

  /// The student's file.
  func file(of master: ExerciseMaster) -> URL {
    checkout.root.appendingPathComponent("Lessons/Exercises/" + master.file)
  }

  /// What is in the student's file; nil if there is none.
  func text(of master: ExerciseMaster) -> String? {
    (try? Data(contentsOf: file(of: master))).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether the student has changed the file.
  func isBegun(_ master: ExerciseMaster) -> Bool {
    text(of: master).map { $0 != master.stub } ?? false
  }

  /// Ticks what passed, and removes the tick of what did not.
  mutating func note(_ check: ExerciseCheck, of master: ExerciseMaster) throws {
    try readProgress()
    progress.note(master.number, check.text, isRight: check.outcome == .right)
  }

  func save() throws { try progress.write(to: progressFile) }
}
