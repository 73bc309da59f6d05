import Foundation
import Tensors

/// The output of a lesson's script: text, tables, traces and results for a reader at a terminal or,
/// with `--json`, one JSON object for a program.
public final class Lesson {
  /// Nil for a notebook.
  public let number: Int?
  public let title: String
  /// The seed of all random numbers, from `--seed`; 0 by default.
  public let seed: UInt64
  /// The lesson's own flags on the command line.
  public let flags: Set<String>
  let showsColor: Bool
  let width: Int
  let file: String
  let checkout: URL
  let isJSON: Bool
  /// The standard output at the start of the program.
  let output: Int32
  let start = Date()
  var entries: [ShapeTrace.Entry] = []
  var results: [Kept] = []
  /// What several seeds gave; nil if they have not been measured.
  let bands: LessonBands?
  let notes: [ResultNote]
  /// The settings for which `bands` hold; empty if they are those of the lesson's source.
  let changedKnobs: String
  /// The charts that were shown, by the names of their files.
  var charts: [String: LineChart] = [:]
  let reportsCharts: Bool
  var work: Progress?
  /// What the page shows, if one is to be written.
  var page: PageRecord?

  /// Runs a lesson's script and ends the program with one line on standard error if it throws.
  ///
  /// The title and the idea are printed first, so that a reader of the output alone knows what it is
  /// about.
  /// - Parameters:
  ///   - idea: the concept in three to six lines; they are wrapped to the terminal.
  ///   - flags: options of this lesson alone, such as `--pretrain`.
  ///   - file: the script's path, which a call leaves out.
  public static func run(
    _ number: Int, _ title: String, idea: String, flags: [String] = [], file: String = #filePath,
    _ script: (Lesson) throws -> Void
  ) {
    run(number, title, opening: [idea], flags: flags, file: file, script)
  }

  /// Runs the script of a lesson, or of a notebook without a number.
  static func run(
    _ number: Int?, _ title: String, opening: [String], flags: [String], file: String,
    _ script: (Lesson) throws -> Void
  ) {
    do {
      let options = try LessonOptions(CommandLine.arguments.dropFirst(), known: flags)
      let lesson = try Lesson(number, title, file: file, options)
      lesson.page = try options.page.map { try PageRecord(path: $0, script: file) }
      let kind = number.map { "Lesson \($0)" } ?? "Notebook"
      lesson.print(lesson.bold("\(kind) · \(title)"))
      lesson.print("")
      opening.joined(separator: "\n\n").paragraphs(width: lesson.width).forEach(lesson.print)
      lesson.sayWhatBandsAreFor()
      try script(lesson)
      try lesson.writePage(kind: kind, opening: opening)
    } catch let error as UsageError {
      Terminal.fail("\(error)", status: EX_USAGE)
    } catch { Terminal.fail("\(error)", status: EXIT_FAILURE) }
  }

  private init(_ number: Int?, _ title: String, file: String, _ options: LessonOptions) throws {
    (self.number, self.title) = (number, title)
    (seed, isJSON, flags) = (options.seed, options.isJSON, options.flags)
    showsColor = options.showsColor && !isJSON
    width = min(100, Terminal.columns())
    self.file = URL(filePath: file).pathComponents.suffix(2).joined(separator: "/")
    checkout = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
    let bands = try LessonBands.read(LessonBands.self, "lesson", ofScript: file)
    notes = try LessonBands.read([ResultNote].self, "causes", ofScript: file) ?? []
    let source = try? String(contentsOfFile: file, encoding: .utf8)
    let knobs = source.map(Knobs.declarations) ?? bands?.knobs ?? []  // moved away from its source
    changedKnobs = bands.map { $0.differences(from: knobs, options.flags) } ?? ""
    (self.bands, reportsCharts) = (bands, options.reportsCharts)
    // With --json, the script's own `print` goes to standard error.
    output = isJSON ? dup(STDOUT_FILENO) : STDOUT_FILENO
    if isJSON { dup2(STDERR_FILENO, STDOUT_FILENO) }
  }

  // MARK: - Text

  /// Prints the title of a section.
  public func heading(_ text: String, line: Int = #line) {
    page?.append(.heading(text), line: line)
    printHeading(text)
  }

  func printHeading(_ text: String) {
    print("")
    text.wrapped(to: width).forEach { print(bold($0)) }
  }

  /// Prints paragraphs, wrapped to the terminal's width. An empty line in `text` separates two; a
  /// line that begins with a space, such as a formula, stays a line of its own.
  public func say(_ text: String, line: Int = #line) {
    page?.append(.prose(text), line: line)
    text.paragraphs(width: width).forEach(print)
  }

  /// Prints a table that fits the terminal's width, with numbers aligned at the right.
  public func table(columns: [String], rows: [[any TableCell]], line: Int = #line) {
    let rows = rows.map { $0.map(\.cell) }
    TextTable(columns: columns, rows: rows).lines(width: width).forEach(print)
    page?.append(.table(columns: columns, rows: rows), line: line)
  }

  // MARK: - Printing

  func print(_ line: String) {
    guard !isJSON else { return }
    let green = "\u{1B}[32m✓\u{1B}[0m"
    let red = "\u{1B}[31m✗\u{1B}[0m"
    let line = showsColor ? line.replacing("✓", with: green).replacing("✗", with: red) : line
    Terminal.write(line + "\n", to: output)
  }

  private func bold(_ text: String) -> String { showsColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
}
