import Foundation

/// Has SwiftPM build one lesson, and says no more about it than a reader needs.
///
/// The compiler's messages appear as they come, each once, on standard error. Progress appears only
/// when the build is a long one (the first), so that edit and rerun shows the lesson alone.
struct Build {
  let lesson: LessonFile
  let checkout: Checkout

  #if DEBUG
    static let configuration = "debug"
  #else
    static let configuration = "release"
  #endif

  /// The path of the fresh binary. A failed build ends this program: the old one is never run.
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
        report.productIsUnknown ? ": name \(lesson.file) in the lessons of Package.swift" : ""
      standardError("nanovla-lesson: lesson \(lesson.number) does not build\(hint)\n")
    }
    try ending.passOnUnlessSuccess()

    let binary = checkout.scratch.appendingPathComponent(Self.configuration)
      .appendingPathComponent(lesson.product).path
    guard FileManager.default.isExecutableFile(atPath: binary) else {
      throw Problem.noBinary(path: binary)
    }
    return binary
  }
}

/// Turns SwiftPM's output, line by line, into what is worth showing.
struct BuildReport {
  let lesson: Int
  let isTerminal: Bool
  var start = Date()
  private(set) var productIsUnknown = false

  private var announced = false
  private var progressIsShown = false
  private var headings: Set<String> = []
  private var skipping = false

  init(lesson: Int, isTerminal: Bool) {
    self.lesson = lesson
    self.isTerminal = isTerminal
  }

  /// `line`, or what stands for it, or nothing.
  mutating func shown(_ line: String, now: Date) -> String {
    if line.contains("no product named") { productIsUnknown = true }
    if line.starts(with: #/\[\d+/\d+\]|Building for |Build of product |Build complete!/#) {
      skipping = false
      return progress(line, seconds: now.timeIntervalSince(start))
    }
    // The compiler reports an error once for the module and once for the file.
    if line.contains(#/:\d+:\d+: (error|warning|note): |^(error|warning): /#) {
      skipping = !headings.insert(line).inserted
    }
    return skipping ? "" : end() + line + "\n"
  }

  private mutating func progress(_ line: String, seconds: Double) -> String {
    guard seconds > 1 else { return "" }
    var text = ""
    if !announced {
      announced = true
      text = "Building lesson \(lesson) …\n"
    }
    if isTerminal {  // one line, written over
      progressIsShown = true
      return text + "\r\u{1b}[K" + line.prefix(72)
    }
    return seconds > 5 ? text + line + "\n" : text
  }

  /// Clears a progress line.
  mutating func end() -> String {
    defer { progressIsShown = false }
    return progressIsShown ? "\r\u{1b}[K" : ""
  }
}
