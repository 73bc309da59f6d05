import ArgumentParser
import Console
import Foundation

/// One check of a student's file: built and run against its oracle.
struct ExerciseCheck {
  enum Outcome: Equatable {
    case right, wrong, notAttempted, endless, crashed, notBuilt, missing
    /// The script ended without its check.
    case notChecked

    /// In a table.
    var word: String {
      switch self {
      case .right: return "passed"
      case .wrong: return "wrong answer"
      case .notAttempted: return "not attempted"
      case .endless: return "no answer in time"
      case .crashed: return "crashed"
      case .notBuilt: return "does not build"
      case .missing: return "no file"
      case .notChecked: return "not checked"
      }
    }
  }
  let outcome: Outcome
  /// The student's file when the check began.
  let text: String
  /// What the script printed, if it was run quietly.
  let output: String

  /// - Parameter quietly: whether to keep the script's output instead of printing it.
  /// - Throws: if the compiler or the script cannot be started.
  init(of master: ExerciseMaster, in book: ExerciseBook, quietly: Bool) throws {
    let found = book.text(of: master)
    text = found ?? ""
    guard found != nil else {
      (outcome, output) = (.missing, "nanovla-lesson reset \(master.number) writes it again\n")
      return
    }
    if quietly, text == master.stub {  // no build is needed to know
      (outcome, output) = (.notAttempted, "")
      return
    }
    let script = Script(
      product: master.product, name: "exercise \(master.number)", file: master.file,
      list: "exercises", checkout: book.checkout)
    let executable: String
    do { executable = try script.build() } catch is ExitCode {
      (outcome, output) = (.notBuilt, "")
      return
    }
    var lines = ""
    let ending = try script.run(
      executable, [CheckStatus.confirmation], secondsAllowed: 30,
      eachLine: quietly ? { lines += $0 + "\n" } : nil)
    outcome = Outcome(ending)
    output = lines
  }
}

extension ExerciseCheck.Outcome {
  fileprivate init(_ ending: ChildProcess.Ending) {
    switch ending {
    case .exited(CheckStatus.confirmedRight): self = .right
    case .exited(CheckStatus.right): self = .notChecked
    case .exited(CheckStatus.wrong): self = .wrong
    case .exited(CheckStatus.notAttempted): self = .notAttempted
    case .exited(CheckStatus.endless), .tookTooLong: self = .endless
    case .exited, .signaled: self = .crashed
    }
  }
}
