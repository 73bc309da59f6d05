import Foundation

/// How a program of this package begins, prints and ends.
public enum Console {
  /// Writes all of `text` without a buffer. Ends the program with one line if that is not possible: a
  /// result that nobody gets is no success.
  public static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
    fflush(nil)  // first the output of `print`
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { failedOutput(errno, descriptor) }
      rest = rest.dropFirst(written)
    }
  }

  /// Writes what `print` still holds, and ends the program with one line if any of its output was lost.
  public static func flush() {
    errno = 0
    guard fflush(stdout) != 0 || ferror(stdout) != 0 else { return }
    failedOutput(errno, STDOUT_FILENO)
  }

  private static func failedOutput(_ error: Int32, _ descriptor: Int32) -> Never {
    let status = error == EPIPE ? 128 + SIGPIPE : EXIT_FAILURE
    guard descriptor == STDOUT_FILENO else { _exit(status) }
    let reason = error == 0 ? "an earlier part was lost" : String(cString: strerror(error))
    standardError("Error: cannot write to standard output: \(reason.lowercased())\n")
    _exit(status)  // `exit` would try to write the rest
  }

  /// Writes to standard error, as far as anybody reads it.
  public static func standardError(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Ends the program with one line on standard error, after what was printed before.
  public static func fail(_ message: String, status: Int32 = EXIT_FAILURE) -> Never {
    flush()
    standardError("Error: \(errorLine(message))\n")
    exit(status)
  }

  /// Prepares the program: opens what its parent left closed, and makes it end in one line when it is
  /// interrupted or its output goes nowhere.
  ///
  /// A program that starts without standard output would write it into the first file that it opens,
  /// so it is refused.
  public static func begin() {
    for descriptor in [STDIN_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      let null = open("/dev/null", O_RDWR)
      if null != descriptor, null >= 0 {
        dup2(null, descriptor)
        close(null)
      }
    }
    guard fcntl(STDOUT_FILENO, F_GETFD) >= 0 else {
      standardError("Error: cannot write to standard output: it is closed\n")
      exit(EXIT_FAILURE)
    }
    // An empty handler, unlike SIG_IGN, is not inherited by other programs. A write then fails with
    // EPIPE, or EFBIG, and the error is reported where the file's name is known.
    for number in [SIGPIPE, SIGXFSZ] { signal(number) { _ in } }
    for number in [SIGINT, SIGTERM, SIGHUP] { Interruption.report(number) }
  }
}
