import Files
import Foundation
import Images

/// What a lesson prints, one part after another, in a form that a page can show.
enum PagePart {
  case heading(String)
  /// Paragraphs, as ``Lesson/say(_:)`` takes them.
  case prose(String)
  case table(columns: [String], rows: [[String]])
  case trace(title: String, TraceTable)
  case bars(BarChart)
  case chart(LineChart)
  /// A named number.
  case result(name: String, value: String, meaning: String)
  /// A named setting, and what it is in the other kind of run.
  case knob(name: String, value: String, other: String, meaning: String)
  /// A description stands in for the picture where it cannot be seen; a caption is shown below it.
  case picture(RGBImage, description: String, caption: String?)
}

/// What a lesson has printed for its page, and where in the source each part was printed.
struct PageRecord {
  let file: URL
  let source: String
  private(set) var parts: [(part: PagePart, line: Int)] = []
  /// Whether the results lie in their bands, and what usually causes it if not.
  var verdicts: [String] = []
  var readNext: [String] = []
  var tryThis: [String] = []

  /// - Parameters:
  ///   - path: of the page.
  ///   - script: the path of the source.
  /// - Throws: `UsageError` or a `FileWriteError` if no page can be written to `path`, and
  ///   a `FileReadError` if the source cannot be read.
  init(path: String, script: String) throws {
    guard path.hasSuffix(".html"), path.first != "-" else {
      throw UsageError(
        description: "--html \(path): the name of a page ends in .html, such as lesson-3.html")
    }
    file = URL(filePath: path)
    try file.checkWritable()
    let bytes = try Data(regularFile: URL(filePath: script), limit: 1_000_000)
    source = String(decoding: bytes, as: UTF8.self)
  }

  mutating func append(_ part: PagePart, line: Int) { parts.append((part, line)) }

  /// The text that was printed last, which describes a picture that has no description of its own.
  var lastText: String? {
    for (part, _) in parts.reversed() {
      switch part {
      case .heading(let text), .prose(let text): return text
      case .trace(let title, _): return title
      default: continue
      }
    }
    return nil
  }
}
