import Foundation

/// The end of a program by a signal: one line on standard error, then the end that the signal means,
/// which a shell reports as 130 for Ctrl-C and as 143 for `kill`.
public enum Interruption {
  /// What the line says besides the signal's name, such as how to resume.
  public static func setAdvice(_ advice: String) {
    // The old lines are not freed: a signal may be writing one.
    interruptLine = strdup(line("SIGINT", advice))
    terminateLine = strdup(line("SIGTERM", advice))
    hangUpLine = strdup(line("SIGHUP", advice))
  }

  static func report(_ number: Int32) {
    if interruptLine == nil { setAdvice("") }
    let before = signal(number) { number in
      // A signal handler may only use global variables and call `write`.
      let line =
        number == SIGINT ? interruptLine : number == SIGTERM ? terminateLine : hangUpLine
      if let line { _ = write(STDERR_FILENO, line, strlen(line)) }
      signal(number, SIG_DFL)
      kill(getpid(), number)
    }
    if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
      signal(number, SIG_IGN)  // as under nohup
    }
  }

  private static func line(_ name: String, _ advice: String) -> String {
    let clear = isatty(STDERR_FILENO) == 1 ? "\r\u{1B}[K" : ""  // of a line of progress
    return clear + "Error: " + errorLine("ended by \(name)\(advice.isEmpty ? "" : ": " + advice)")
      + "\n"
  }
}

private nonisolated(unsafe) var interruptLine: UnsafeMutablePointer<CChar>?
private nonisolated(unsafe) var terminateLine: UnsafeMutablePointer<CChar>?
private nonisolated(unsafe) var hangUpLine: UnsafeMutablePointer<CChar>?
