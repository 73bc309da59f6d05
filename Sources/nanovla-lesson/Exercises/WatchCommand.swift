import ArgumentParser
import Foundation

/// `nanovla-lesson watch`: checks an exercise whenever its file is saved.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Check an exercise each time you save it.",
    discussion: """
      Keys: h the next hint, s compare with the solution (once passed), n the next exercise, q quit. \
      After a success it waits for a key. Without a terminal there are no keys, and a success ends it.
      """)

  @Argument(
    help: ArgumentHelp("Its number; the next open one by default.", valueName: "exercise"))
  var number: String?

  func run() throws {
    var book = try ExerciseBook.open()
    let named = try number.map { try book.master(named: $0) }
    guard var master = named ?? book.next else {
      return standardOutput("All exercises have passed.\n")
    }
    let hasKeys = isatty(STDIN_FILENO) == 1
    var seen: String?
    var isFirst = true
    while true {
      if isFirst || (book.text(of: master) != nil && book.text(of: master) != seen) {
        isFirst = false
        seen = book.text(of: master)
        let outcome = try book.checkAlone(master)
        if outcome == .right, !hasKeys { return }
        standardOutput(hasKeys ? Self.keys(after: outcome) : "Waiting for a change …\n")
      }
      switch hasKeys ? KeyPress.next(within: 0.2) : nil {
      case nil: if !hasKeys { usleep(200_000) }
      case "h": try book.showHint(of: master)
      case "s":
        if book.progress.hasPassed(master.number) {
          book.showSolution(of: master)
        } else {
          standardOutput("\(Problem.notPassed(master.number))\n")
        }
      case "n":
        guard let next = book.masters.first(where: { $0.number > master.number }) else {
          standardOutput("This is the last exercise.\n")
          continue
        }
        (master, isFirst) = (next, true)
        standardOutput("\n")
      case "q", "\u{3}", "\u{4}": return  // q, Ctrl-C, Ctrl-D
      default: break
      }
    }
  }

  private static func keys(after outcome: ExerciseCheck.Outcome) -> String {
    outcome == .right
      ? "Keys: n next exercise, s compare with the solution, q quit\n"
      : "Checks again when you save. Keys: h hint, s solution, n next exercise, q quit\n"
  }
}

/// A key that is read without Enter and not shown.
enum KeyPress {
  /// The next key, or nil if none is pressed within `seconds`. The end of the input is Ctrl-D.
  static func next(within seconds: Double) -> Character? {
    tcgetattr(STDIN_FILENO, &usualTerminal)
    // If a signal ends the program meanwhile, the terminal must be as before.
    let restore: @convention(c) (Int32) -> Void = { number in
      tcsetattr(STDIN_FILENO, TCSANOW, &usualTerminal)
      signal(number, SIG_DFL)
      kill(getpid(), number)
    }
    let handlers = [SIGINT, SIGTERM, SIGHUP].map { ($0, signal($0, restore)) }
    var raw = usualTerminal
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
    tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    defer {
      tcsetattr(STDIN_FILENO, TCSANOW, &usualTerminal)
      handlers.forEach { _ = signal($0.0, $0.1) }
    }
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&input, 1, Int32(seconds * 1000)) > 0 else { return nil }
    var byte: UInt8 = 0
    return read(STDIN_FILENO, &byte, 1) == 1 ? Character(Unicode.Scalar(byte)) : "\u{4}"
  }
}

private nonisolated(unsafe) var usualTerminal = termios()
