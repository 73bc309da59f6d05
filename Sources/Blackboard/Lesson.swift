import Foundation
import Tensors

/// The blackboard of a lesson: what its script says, traces and measures, for a reader at a terminal
/// or, with `--json`, for a program.
public final class Lesson {
  public let number: Int
  public let title: String
  /// From `--seed`, 0 if not given: fixes every random choice.
  public let seed: UInt64
  let showsColor: Bool
  let width: Int
  private let file: String
  private let isJSON: Bool
  private let start = Date()
  private var entries: [ShapeTrace.Entry] = []
  private var results: [(name: String, value: Double)] = []
  private var work: (title: String, progress: Progress)?

  /// Runs a lesson's script. What it throws is told in one line on standard error.
  public static func run(
    _ number: Int, _ title: String, file: String, _ script: (Lesson) throws -> Void
  ) {
    signal(SIGPIPE, SIG_DFL)  // a reader who has seen enough (`| head`) ends the lesson quietly
    do {
      let lesson = try Lesson(number, title, file: file, CommandLine.arguments.dropFirst())
      lesson.print(lesson.bold("Lesson \(number) · \(title)"))
      try script(lesson)
    } catch let error as UsageError {
      fail("\(error)", status: EX_USAGE)
    } catch { fail("\(error)", status: EXIT_FAILURE) }
  }

  private static func fail(_ message: String, status: Int32) -> Never {
    let line = message.replacingOccurrences(of: "\n", with: " ")
    try? FileHandle.standardError.write(contentsOf: Data("error: \(line)\n".utf8))
    exit(status)
  }

  struct UsageError: Error, CustomStringConvertible { let description: String }

  init(_ number: Int, _ title: String, file: String, _ arguments: ArraySlice<String>) throws {
    var (seed, isJSON, showsColor) = (UInt64(0), false, Terminal.showsColor)
    var rest = arguments
    while let argument = rest.popFirst() {
      switch argument {
      case "--json": isJSON = true
      case "--no-color": showsColor = false
      case "--seed":
        guard let value = rest.popFirst().flatMap({ UInt64($0) }) else {
          throw UsageError(description: "--seed takes a whole number from 0 on")
        }
        seed = value
      default:
        throw UsageError(
          description: "unknown argument \(argument): there are --seed N, --json, --no-color")
      }
    }
    (self.number, self.title, self.seed, self.isJSON) = (number, title, seed, isJSON)
    (self.showsColor, width) = (showsColor && !isJSON, min(100, Terminal.columns()))
    self.file = URL(filePath: file).pathComponents.suffix(2).joined(separator: "/")
  }

  // MARK: - Saying

  /// Opens a section.
  public func heading(_ text: String) {
    print("")
    Terminal.wrapped(text, width: width).forEach { print(bold($0)) }
  }

  /// A paragraph, broken to the terminal's width.
  public func say(_ text: String) { Terminal.wrapped(text, width: width).forEach(print) }

  public func table(columns: [String], rows: [[String]]) {
    Terminal.table(columns: columns, rows: rows, width: width).forEach(print)
  }

  // MARK: - Measuring

  /// Runs `body` and prints the true shape of every tensor that it traced on its way.
  /// - Parameter skipping: labels of another lesson's concept, which would only be in the way.
  public func trace<Result>(
    _ title: String, skipping: Set<String> = [], _ body: () throws -> Result
  ) rethrows -> Result {
    let (result, all) = try ShapeTrace.recording(body)
    let shown = all.filter { !skipping.contains($0.label) }
    entries += shown
    say("Shapes, \(title):")
    // A narrow terminal keeps the shapes and loses the times, a narrower one the remarks too.
    let columns = ["tensor", "shape", "what happened", "ms"].prefix(
      width < 64 ? 2 : width < 90 ? 3 : 4)
    table(
      columns: Array(columns),
      rows: shown.map { entry in
        let time = String(format: "%.2f ms", entry.milliseconds)
        return Array([entry.label, "\(entry.shape)", entry.note, time].prefix(columns.count))
      })
    return result
  }

  /// Prints a number with what it means, and keeps it under `name` for `--json`.
  public func result(_ name: String, _ value: Double, _ meaning: String) {
    results.append((name, value))
    let line = "\(name) = \(Terminal.number(value)) \(meaning)"
    Terminal.wrapped(line, width: width - 2, indent: 2).forEach { print("  " + $0) }
  }

  public func result(_ name: String, _ value: Float, _ meaning: String) {
    result(name, Double(value), meaning)
  }

  /// A line on standard error while something takes more than two seconds.
  public func progress(_ done: Int, of total: Int, _ title: @autoclosure () -> String) {
    if done <= 1 || work == nil { work = ("", Progress()) }
    work?.progress.report(done, of: total, "steps", title())
  }

  // MARK: - Ending

  /// Where a picture of this lesson goes: `nanovla-output/` in the working directory.
  public func output(named name: String) throws -> URL {
    let folder = URL(filePath: "nanovla-output", directoryHint: .isDirectory)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch { throw OutputError(folder: folder.path) }
    return folder.appending(path: name)
  }

  /// Prints what to read and what to try next; with `--json`, the one object of this lesson.
  public func finish(readNext: [String], tryThis: [String]) {
    let seconds = Date().timeIntervalSince(start)
    heading("Read next")
    readNext.forEach { print("  " + $0) }
    heading("Try")
    for exercise in tryThis {
      Terminal.wrapped("· " + exercise, width: width - 2, indent: 2).forEach { print("  " + $0) }
    }
    print("")
    print(String(format: "%.1f s, seed %llu", seconds, seed))
    guard isJSON else { return }
    Swift.print(
      Report(
        lesson: number, title: title, file: file,
        trace: entries.map {
          .init(label: $0.label, shape: $0.shape, milliseconds: $0.milliseconds)
        },
        results: Dictionary(results, uniquingKeysWith: { $1 }), seconds: seconds
      ).json)
  }

  func print(_ line: String) { if !isJSON { Swift.print(line) } }

  private func bold(_ text: String) -> String { showsColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
}

/// A folder for pictures that cannot be made.
public struct OutputError: Error, CustomStringConvertible {
  public let folder: String
  public var description: String {
    "cannot make the folder \(folder): is a file of that name in the way?"
  }
}
