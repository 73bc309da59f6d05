import Foundation

/// The properties of a lesson, read from its source file.
///
/// `03-CrossAttentionFusion.swift` is lesson 3. Its first line is
/// `// Lesson 3 · Cross-attention fusion`, followed by a line such as `// About 8 s on 2 cores.` A
/// lesson that takes `--pretrain` passes it to `Lesson.run` in `flags`.
struct LessonFile {
  let number: Int
  let title: String
  /// The file's name in the folder Lessons.
  let file: String
  let lineCount: Int
  /// On 2 cores; nil if the header does not say.
  let expectedSeconds: Double?
  let canPretrain: Bool

  /// The name of its executable in `Package.swift`, such as "lesson-03".
  var product: String { "lesson-" + file.prefix { $0 != "-" } }

  /// Returns nil if `file` is not named like a lesson.
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

  /// The lessons of a folder, in order. Throws a `Problem` if there is none or two have one number.
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
  /// A heading and one line for each lesson.
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
    return aligned(rows, text: [1, 2])
  }

  /// One JSON object on each line.
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
