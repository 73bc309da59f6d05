import Foundation

/// Builds one lesson with SwiftPM and shows no more of the build than a reader needs.
///
/// The compiler's messages appear once each on standard error. Progress appears only when the build
/// takes a while (the first one does), so that a rerun after an edit prints the lesson alone.
struct Build {
  let lesson: LessonFile
  let checkout: Checkout

  /// Debug builds are incremental: after an edit of one file, SwiftPM compiles that file alone. The
  /// package optimizes its libraries in this configuration too, so lessons run at almost full speed,
  /// and `swift run` and `swift test` share the build.
  static let configuration = "debug"

  /// Returns the path of the fresh executable.
  ///
  /// Throws the exit code of a failed build, so that an outdated executable never runs.
  func run() throws -> String {
    var report = BuildReport(lesson: lesson.number, isTerminal: isatty(STDERR_FILENO) == 1)
    let ending = try ChildProcess(
      "swift",
      [
        "build", "--package-path", checkout.root.path, "--scratch-path", checkout.scratch.path,
        "--configuration", Self.configuration, "--product", lesson.product,
      ]
    ).run { line in standardError(report.shown(line, now: Date())) }
    standardError(report.end())
    if ending != .exited(0) {
      let hint =
        report.productIsUnknown
        ? ": add \(lesson.file) to the list of lessons in Package.swift" : ""
      standardError("nanovla-lesson: lesson \(lesson.number) does not build\(hint)\n")
    }
    try ending.passOnUnlessSuccess()

    let executable = checkout.scratch.appendingPathComponent(Self.configuration)
      .appendingPathComponent(lesson.product).path
    guard FileManager.default.isExecutableFile(atPath: executable) else {
      throw Problem.noExecutable(path: executable)
    }
    return executable
  }
}

/// Selects what to show of SwiftPM's output, line by line.
struct BuildReport {
  let lesson: Int
  let isTerminal: Bool
  let start: Date
  private(set) var productIsUnknown = false

  private var isAnnounced = false
  private var progressIsShown = false
  private var messages: Set<String> = []
  private var skipsMessage = false

  init(lesson: Int, isTerminal: Bool, start: Date = Date()) {
    (self.lesson, self.isTerminal, self.start) = (lesson, isTerminal, start)
  }

  /// The text to print for `line`; empty if there is nothing to print.
  mutating func shown(_ line: String, now: Date) -> String {
    if line.contains("no product named") { productIsUnknown = true }
    if line.starts(with: #/\[\d+/\d+\]|Building for |Build of product |Build complete!/#) {
      skipsMessage = false
      return progress(line, seconds: now.timeIntervalSince(start))
    }
    // The compiler reports an error once for the module and once for the file.
    if line.contains(#/:\d+:\d+: (error|warning|note): |^(error|warning): /#) {
      skipsMessage = !messages.insert(line).inserted
    }
    return skipsMessage ? "" : end() + line + "\n"
  }

  private mutating func progress(_ line: String, seconds: Double) -> String {
    guard seconds > (isTerminal ? 2 : 5) else { return "" }
    let title = isAnnounced ? "" : "Building lesson \(lesson) …\n"
    isAnnounced = true
    progressIsShown = isTerminal
    return title + (isTerminal ? "\r\u{1b}[K" + line.prefix(72) : line + "\n")
  }

  /// The escape codes that clear a progress line; empty if none is shown.
  mutating func end() -> String {
    defer { progressIsShown = false }
    return progressIsShown ? "\r\u{1b}[K" : ""
  }
}
