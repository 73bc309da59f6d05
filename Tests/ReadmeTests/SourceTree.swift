import Foundation

/// The checkout that this test was compiled in.
let checkout = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// The source files of the checkout and their line counts.
enum SourceTree {
  static let course = "Sources/NanoVLA/"

  /// The lines of all source files in a folder; nil if there is no such folder.
  static func lineCount(of folder: String) -> Int? {
    let files = files(in: folder)
    guard !files.isEmpty else { return nil }
    return files.reduce(0) { sum, path in
      let data = (try? Data(contentsOf: checkout.appendingPathComponent(path))) ?? Data()
      return sum + data.count { $0 == UInt8(ascii: "\n") }
    }
  }

  /// The folders that README lists: the modules in `Sources`, the course's folders, the scripts.
  static var folders: [String] {
    let modules = subfolders(of: "Sources/").filter { lineCount(of: $0) != nil }
    return modules + subfolders(of: course).filter { lineCount(of: $0) != nil }
      + ["Lessons/", "Notebooks-as-scripts/", "Tests/"]
  }

  /// README's tree: each room with its line count and note; for a folder of the course, the note
  /// names its files.
  static func lines(of rooms: [(path: String, note: String)]) -> [String] {
    let isCourse = { (path: String) in path.hasPrefix(course) && path != course }
    let known = rooms.map(\.path).filter { folders.contains($0) && !isCourse($0) }
    let new = folders.filter { !known.contains($0) && !isCourse($0) }
    let lessons = folders.filter(isCourse).sorted { lessonNumber($0) < lessonNumber($1) }
    var paths = known + new
    if let place = paths.firstIndex(of: course) { paths.insert(contentsOf: lessons, at: place + 1) }
    let notes = Dictionary(rooms.map { ($0.path, $0.note) }) { first, _ in first }
    let width = (paths.map(\.count).max() ?? 0) + 7
    return paths.flatMap { path in
      let count = String(lineCount(of: path) ?? 0)
      let gap = String(repeating: " ", count: width - path.count - count.count)
      let note = isCourse(path) ? concepts(in: path).joined(separator: ", ") : notes[path] ?? ""
      let indent = String(repeating: " ", count: width + 2)
      let wrapped = wrap(note, width: 98 - width)
      return ["\(path)\(gap)\(count)  \(wrapped.first ?? "")"]
        + wrapped.dropFirst().map { indent + $0 }
    }
  }

  /// The concept files of a folder by name, without extensions such as `Type+Detail.swift`.
  static func concepts(in folder: String) -> [String] {
    files(in: folder).filter { !$0.hasPrefix("Lessons/Exercises/") }.map {
      ($0 as NSString).lastPathComponent
    }
    .filter { $0.hasSuffix(".swift") && !$0.contains("+") }
    .map { String($0.dropLast(".swift".count)) }
  }

  private static func lessonNumber(_ path: String) -> Int {
    Int(path.dropFirst(course.count).prefix { $0.isNumber }) ?? 99
  }

  private static func wrap(_ text: String, width: Int) -> [String] {
    text.split(separator: " ").reduce(into: [String]()) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
  }

  private static func subfolders(of folder: String) -> [String] {
    let url = checkout.appendingPathComponent(folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.sorted().filter { isFolder(url, $0) }
      .map { folder + $0 + "/" }
  }

  private static func isFolder(_ parent: URL, _ name: String) -> Bool {
    var isFolder: ObjCBool = false
    let path = parent.appendingPathComponent(name).path
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func files(in folder: String) -> [String] {
    let url = checkout.appendingPathComponent(folder)
    let names = FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".c") || $0.hasSuffix(".h") }
      .map { folder + $0 }.sorted()
  }
}
