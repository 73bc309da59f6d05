import Foundation

/// A lesson as its file tells it: nothing about a lesson is written down anywhere else.
///
/// `03-CrossAttentionFusion.swift` is lesson 3. It opens with
/// `// Lesson 3 · Cross-attention fusion`, and a line such as `// About 8 s on 2 cores.` follows. A
/// lesson that takes `--pretrain` names it among the flags of its `Lesson.run`.
struct LessonFile {
  let number: Int
  let title: String
  let file: String  // its name in the Lessons folder
  let lineCount: Int
  let expectedSeconds: Double?
  let canPretrain: Bool

  /// The product that `Package.swift` makes of it, "lesson-03".
  var product: String { "lesson-" + file.prefix { $0 != "-" } }

  /// nil for a file that is no lesson.
  init?(file: String, text: String) {
    let parts = file.split(separator: "-", maxSplits: 1)
    guard file.hasSuffix(".swift"), parts.count == 2, parts[0].count == 2,
      parts[0].allSatisfy({ ("0"..."9").contains($0) }), let number = Int(parts[0])
    else { return nil }

    let header = text.split(separator: "\n", omittingEmptySubsequences: false)
      .prefix { $0.hasPrefix("//") }
    let named = header.first?.firstMatch(of: #/Lesson \d+ *[·:—–-] *(.*\S)/#)
    let timed = header.lazy.compactMap { $0.firstMatch(of: #/About (\d+(?:\.\d+)?) s\b/#) }.first
    self.number = number
    self.file = file
    title = named.map { String($0.1) } ?? String(parts[1].dropLast(".swift".count))
    lineCount = text.utf8.count { $0 == 10 } + (text.isEmpty || text.hasSuffix("\n") ? 0 : 1)
    expectedSeconds = timed.flatMap { Double($0.1) }
    canPretrain = text.contains(#"flags: ["--pretrain"]"#)
  }

  /// The lessons of a folder, in order.
  static func all(in folder: URL) throws -> [LessonFile] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let lessons = names.sorted().compactMap { name -> LessonFile? in
      let bytes = (try? Data(contentsOf: folder.appendingPathComponent(name))) ?? Data()
      return LessonFile(file: name, text: String(decoding: bytes, as: UTF8.self))
    }
    if lessons.isEmpty { throw Problem.noLessons(folder: folder.path) }
    for (lesson, next) in zip(lessons, lessons.dropFirst()) where lesson.number == next.number {
      throw Problem.sameNumber(lesson.number, lesson.file, next.file)
    }
    return lessons
  }
}

extension [LessonFile] {
  /// One lesson a line under a heading.
  var table: String {
    let rows =
      [["#", "lesson", "file", "lines", "seconds"]]
      + map { lesson in
        let seconds = lesson.expectedSeconds.map { String(format: "%g", $0) } ?? "–"
        return [
          "\(lesson.number)", lesson.title, "Lessons/" + lesson.file, "\(lesson.lineCount)",
          seconds,
        ]
      }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        let isText = column == 1 || column == 2
        return isText ? cell.0 + space : space + cell.0
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  /// One JSON object a line.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return map { lesson in
      let entry = Entry(
        lesson: lesson.number, title: lesson.title, file: "Lessons/" + lesson.file,
        lines: lesson.lineCount, seconds: lesson.expectedSeconds)
      return String(decoding: (try? encoder.encode(entry)) ?? Data(), as: UTF8.self)
    }.joined(separator: "\n")
  }
}

private struct Entry: Encodable {
  let lesson: Int
  let title: String
  let file: String
  let lines: Int
  let seconds: Double?
}
