/// A user's mistake, described in one line with its remedy.
enum Problem: Error, CustomStringConvertible {
  case noCheckout(from: String)
  case noLessons(folder: String)
  case sameNumber(Int, String, String)
  case unknownSelection(String, numbers: [Int])
  case noPretraining([Int])
  case unknownNotebook(String, names: [String])
  case noNotebooks(folder: String)
  case pageOfSeveral(Int)
  case pageOfNoNotebook([String])
  case cannotStart(program: String, why: String)
  case noExecutable(path: String)
  case noExercises(folder: String)
  case unknownExercise(String, numbers: [Int])
  case damagedMaster(file: String, missing: String)
  case notPassed(Int)
  case needsConfirmation(Int, file: String)
  case cannotWrite(path: String, why: String)
  case noFolder(String)
  case noReport(lesson: Int)

  var description: String {
    switch self {
    case .noCheckout(let folder):
      return "\(folder) is not inside a nanoVLA checkout: change to one and try again"
    case .noLessons(let folder):
      return "\(folder) contains no lesson: name a lesson's file like 03-Name.swift"
    case .sameNumber(let number, let first, let second):
      return "\(first) and \(second) are both lesson \(number): renumber one of them"
    case .unknownSelection(let why, let numbers):
      let valid = numbers.map(String.init).joined(separator: ", ")
      return "\(why); the lessons are \(valid): see 'nanovla-lesson list'"
    case .noPretraining(let numbers):
      return "--pretrain applies only to lesson \(numbers.map(String.init).joined(separator: ", "))"
    case .unknownNotebook(let name, let names):
      return "there is no notebook '\(name.prefix(60))'; the notebooks are "
        + names.joined(separator: ", ")
    case .noNotebooks(let folder):
      return "\(folder) contains no notebook: see 'A notebook' in CONTRIBUTING"
    case .pageOfSeveral(let count):
      return "--html writes the page of one lesson, not of \(count): name one, such as 3"
    case .pageOfNoNotebook(let names):
      return "--html writes the page of one notebook: name one of " + names.joined(separator: ", ")
    case .cannotStart(let program, let why):
      return program == "swift"
        ? "cannot start swift (\(why)): add the Swift toolchain to your PATH"
        : "cannot start \(program): \(why)"
    case .noExecutable(let path):
      return "the build succeeded without creating \(path)"
    case .noExercises(let folder):
      return "\(folder) contains no exercise: restore it with 'git checkout -- Sources/Exercises'"
    case .unknownExercise(let why, let numbers):
      let valid = numbers.map(String.init).joined(separator: ", ")
      return "\(why); the exercises are \(valid): see 'nanovla-lesson progress'"
    case .damagedMaster(let file, let missing):
      return "Sources/Exercises/Masters/\(file) has no part for \(missing): restore it with git"
    case .notPassed(let number):
      return "exercise \(number) is not passed yet: "
        + "try 'nanovla-lesson hint \(number)', or add --spoil"
    case .needsConfirmation(let number, let file):
      return "reset \(number) replaces \(file): nobody can be asked here, so add --yes"
    case .cannotWrite(let path, let why):
      return "cannot write \(path): \(why)"
    case .noFolder(let folder):
      return "cannot change to the folder \(folder)"
    case .noReport(let number):
      return "lesson \(number) printed no results with --json: does it call lesson.finish?"
    }
  }

  /// 64, `EX_USAGE` of sysexits.h, for a wrong command line.
  var exitCode: Int32 {
    switch self {
    case .unknownSelection, .noPretraining, .unknownNotebook, .pageOfSeveral,
      .pageOfNoNotebook, .unknownExercise, .needsConfirmation:
      return 64
    default: return 1
    }
  }
}
