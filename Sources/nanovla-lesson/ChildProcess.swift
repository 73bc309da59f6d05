import ArgumentParser
import Foundation

/// A program that takes our place for a while: same terminal, same process group, same fate.
///
/// Foundation's `Process` puts its child in a process group of its own, where neither Ctrl-C nor
/// the keyboard reaches it; hence `posix_spawn`.
struct ChildProcess {
  let program: String
  let arguments: [String]

  init(_ program: String, _ arguments: [String]) {
    self.program = program
    self.arguments = arguments
  }

  enum Ending: Equatable {
    case exited(Int32)
    case signalled(Int32)

    /// Leaves this program as the child left; returns if all went well.
    func passOnUnlessSuccess() throws {
      switch self {
      case .exited(0): return
      case .exited(let code): throw ExitCode(code)
      case .signalled(let number):
        if [SIGINT, SIGTERM, SIGHUP, SIGPIPE].contains(number) {
          signal(number, SIG_DFL)
          kill(getpid(), number)
        }
        throw ExitCode(128 + number)  // a crash: the child has reported it
      }
    }
  }

  /// Runs to the end. With `eachLine`, standard input is empty and both outputs arrive there.
  func run(eachLine: ((String) -> Void)? = nil) throws -> Ending {
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

    var words = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    defer { words.forEach { free($0) } }
    forwardSignals()
    var child: pid_t = 0
    let failure = posix_spawnp(&child, program, &actions, nil, words, environ)
    if eachLine != nil { close(pipeEnds[1]) }
    defer { if eachLine != nil { close(pipeEnds[0]) } }
    if failure != 0 { throw cannotStart(failure) }
    runningChild = child
    defer { runningChild = 0 }
    if let eachLine { readLines(from: pipeEnds[0], eachLine) }

    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    if forwardedSignal != 0 { return .signalled(forwardedSignal) }
    return status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signalled(status & 0x7f)
  }

  private func cannotStart(_ number: Int32) -> Problem {
    .cannotStart(program: program, why: String(cString: strerror(number)))
  }

  private func readLines(from descriptor: Int32, _ eachLine: (String) -> Void) {
    var pending: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      pending += buffer[..<count]
      while let newline = pending.firstIndex(of: 10) {
        eachLine(String(decoding: pending[..<newline], as: UTF8.self))
        pending.removeSubrange(...newline)
      }
    }
    if !pending.isEmpty { eachLine(String(decoding: pending, as: UTF8.self)) }
  }
}

// Signal handlers can reach nothing but globals.
private nonisolated(unsafe) var runningChild: pid_t = 0
private nonisolated(unsafe) var forwardedSignal: Int32 = 0

/// A signal sent to us alone (`kill`, a timeout) reaches the child too, and then ends us.
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
      signal(number, SIG_IGN)  // nohup asked for that
    }
  }
  sigprocmask(SIG_UNBLOCK, &forwarded, nil)  // started from a thread that had blocked them
}
