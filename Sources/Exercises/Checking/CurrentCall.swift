import Console
import Foundation

/// The call of a student's function that is running: what to report if it crashes or never returns.
enum CurrentCall {
  /// Notes the inputs of the next call, once ``begin(seconds:)`` was called.
  static func note(_ inputs: String) {
    guard callLine != nil else { return }
    // The old line is not freed: a signal may be writing it.
    callLine = strdup("  while your function was called with \(errorLine(inputs))\n")
  }

  /// From now on, a crash adds the inputs to its message, and the program ends `seconds` later.
  static func begin(seconds: UInt32) {
    callLine = strdup("")
    endlessLine = strdup(
      "not yet: no answer within \(seconds) s: does a loop never end?\n")
    var stack = stack_t()
    if sigaltstack(nil, &stack) == 0, stack.ss_flags & Int32(SS_DISABLE) != 0 {
      stack = stack_t()
      (stack.ss_sp, stack.ss_size) = (malloc(1 << 18), 1 << 18)
      sigaltstack(&stack, nil)
    }
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] { reportCrash(number) }
    signal(SIGALRM) { _ in
      // A signal handler may only use global variables and call `write`.
      if let endlessLine { _ = write(STDOUT_FILENO, endlessLine, strlen(endlessLine)) }
      if let callLine { _ = write(STDOUT_FILENO, callLine, strlen(callLine)) }
      _exit(CheckStatus.endless)
    }
    alarm(seconds)
  }

  /// Writes the inputs, then lets the former handler, Swift's backtracer, have the crash.
  private static func reportCrash(_ number: Int32) {
    var (mine, before) = (sigaction(), sigaction())
    let handler: @convention(c) (Int32) -> Void = { number in
      if let callLine { _ = write(STDERR_FILENO, callLine, strlen(callLine)) }
      sigaction(number, formerActions + Int(number), nil)
      if number == SIGABRT { raise(number) }  // the others occur again on return
    }
    mine.sa_flags = SA_ONSTACK  // endless recursion leaves no room on the usual stack
    #if canImport(Darwin)
      mine.__sigaction_u.__sa_handler = handler
    #else
      mine.__sigaction_handler.sa_handler = handler
    #endif
    sigaction(number, &mine, &before)
    formerActions[Int(number)] = before
  }
}

private nonisolated(unsafe) var callLine: UnsafeMutablePointer<CChar>?
private nonisolated(unsafe) var endlessLine: UnsafeMutablePointer<CChar>?
private nonisolated(unsafe) let formerActions = UnsafeMutablePointer<sigaction>.allocate(
  capacity: 64)
