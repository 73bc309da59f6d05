import Foundation

/// A script of the package (a lesson, an exercise): built by SwiftPM, and run.
///
/// Debug builds are incremental: after an edit of one file, SwiftPM compiles that file alone. The
/// package optimizes its libraries in this configuration too, so lessons run at almost full speed,
/// and `swift run` and `swift test` share the build.
struct Script {
  /// The name of its executable in `Package.swift`, such as "lesson-03".
  let product: String
  /// What messages call it, "lesson 3".
  let name: String
  /// The file's name.
  let file: String
  /// The list of `Package.swift` that names it, "lessons".
  let list: String
  let checkout: Checkout

  static let configuration = "debug"

  /// Builds it, and returns the path of the fresh executable.
  ///
  /// The compiler's messages appear once each on standard error. Progress appears only when the
  /// build takes a while (the first one does), so that a rerun after an edit prints the script's
  /// output alone. Throws the exit code of a failed build, so that an outdated executable never runs.
  func build() throws -> String {
    var report = BuildReport(name, isTerminal: isatty(STDERR_FILENO) == 1)
    let ending = try ChildProcess(
      "swift",
      [
        "build", "--package-path", checkout.root.path, "--scratch-path", checkout.scratch.path,
        "--configuration", Self.configuration, "--product", product,
      ]
    ).run { line in standardError(report.shown(line, now: Date())) }
    standardError(report.end())
    if ending != .exited(0) {
      let hint =
        report.productIsUnknown ? ": add \(file) to the list of \(list) in Package.swift" : ""
      standardError("nanovla-lesson: \(name) does not build\(hint)\n")
    }
    try ending.passOnUnlessSuccess()

    let executable = checkout.scratch.appendingPathComponent(Self.configuration)
      .appendingPathComponent(product).path
    guard FileManager.default.isExecutableFile(atPath: executable) else {
      throw Problem.noExecutable(path: executable)
    }
    return executable
  }

  /// Runs the executable. After a crash, the lines of source that led to it appear on standard error.
  func run(
    _ executable: String, _ arguments: [String], secondsAllowed: Double? = nil,
    eachLine: ((String) -> Void)? = nil
  ) throws -> ChildProcess.Ending {
    let crash = CrashReport()
    defer { crash.remove() }
    setenv("SWIFT_BACKTRACE", crash.settings, 0)  // 0: a user's setting stays
    let ending = try ChildProcess(executable, arguments)
      .run(secondsAllowed: secondsAllowed, eachLine: eachLine)
    for call in crash.calls(in: checkout.root) {
      let line = "  called at \(call)"
      if let eachLine { eachLine(line) } else { standardError(line + "\n") }
    }
    return ending
  }
}
