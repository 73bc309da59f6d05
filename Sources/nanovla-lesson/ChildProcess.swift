import ArgumentParser
import Foundation

/// A program that runs in the terminal and process group of this one, so that Ctrl-C and the
/// keyboard reach it.
///
/// Foundation's `Process` puts its child in a new process group, where neither does; hence
/// `posix_spawn`.
struct ChildProcess {
  let program: String
  let arguments: [String]

  init(_ program: String, _ arguments: [String]) {
    self.program = program
    self.arguments = arguments
  }

  enum Ending: Equatable {
    case exited(Int32)
    case signaled(Int32)
    /// Ended by this program after the allowed time.
    case tookTooLong

    /// Returns after success; otherwise ends this program with the child's exit code or signal.
    func passOnUnlessSuccess() throws {
      switch self {
      case .exited(0): return
      case .exited(let code): throw ExitCode(code)
      case .signaled(let number):
        if [SIGINT, SIGTERM, SIGHUP, SIGPIPE].contains(number) {
          signal(number, SIG_DFL)
          kill(getpid(), number)
        }
        throw ExitCode(128 + number)  // the shell's code for a crash
      case .tookTooLong: throw ExitCode(128 + SIGKILL)
      }
    }
  }

  /// Runs the program and waits for its end.
  /// - Parameter eachLine: called with each line of standard output and standard error. If given,
  ///   standard input is empty.
  /// - Parameter secondsAllowed: after this time the program is killed.
  func run(secondsAllowed: Double? = nil, eachLine: ((String) -> Void)? = nil) throws -> Ending {
    var pipeEnds: [Int32] = [-1, -1]
    if eachLine != nil, pipe(&pipeEnds) != 0 { throw cannotStart(errno) }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if eachLine != nil {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], STDOUT_FILENO)
      posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], STDERR_FILENO)
      posix_spawn_file_actions_addclose(&actions, pipeEnds[0])
      posix_spawn_file_actions_addclose(&actions, pipeEnds[1])
    }

    var argumentVector = ([program] + arguments).map { strdup($0) }
    argumentVector.append(nil)
    defer { argumentVector.forEach { free($0) } }
    forwardSignals()
    var child: pid_t = 0
    #if canImport(Darwin)
      let variables = _NSGetEnviron().pointee
    #else
      let variables = environ
    #endif
    let failure = posix_spawnp(&child, program, &actions, nil, argumentVector, variables)
    if eachLine != nil { close(pipeEnds[1]) }
    defer { if eachLine != nil { close(pipeEnds[0]) } }
    if failure != 0 { throw cannotStart(failure) }
    runningChild = child
    defer { runningChild = 0 }
    var tookTooLong = false
    let end = DispatchWorkItem { tookTooLong = kill(runningChild, SIGKILL) == 0 }
    if let secondsAllowed {
      DispatchQueue.global().asyncAfter(deadline: .now() + secondsAllowed, execute: end)
    }
    if let eachLine { readLines(from: pipeEnds[0], eachLine) }

    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    end.cancel()
    if tookTooLong { return .tookTooLong }
    if forwardedSignal != 0 { return .signaled(forwardedSignal) }
    return status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signaled(status & 0x7f)
  }

  private func cannotStart(_ number: Int32) -> Problem {
    .cannotStart(program: program, why: String(cString: strerror(number)))
  }
}

// A signal handler may use global variables only.
private nonisolated(unsafe) var runningChild: pid_t = 0
private nonisolated(unsafe) var forwardedSignal: Int32 = 0

/// Passes a signal that is sent to this process alone (by `kill` or a timeout) on to the child.
private func forwardSignals() {
  var forwarded = sigset_t()
  sigemptyset(&forwarded)
  for number in [SIGINT, SIGTERM, SIGHUP] {
    sigaddset(&forwarded, number)
    let before = signal(number) { number in
      if runningChild > 0 {
        forwardedSignal = number
        kill(runningChild, number)
      } else {
        signal(number, SIG_DFL)
        kill(getpid(), number)
      }
    }
    if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
      signal(number, SIG_IGN)  // as under nohup
    }
  }
  sigprocmask(SIG_UNBLOCK, &forwarded, nil)  // a parent may have blocked them
}
