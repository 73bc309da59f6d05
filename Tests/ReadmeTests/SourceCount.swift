import Foundation

/// The checkout that this test was compiled in.
let checkout = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// What the tree of files truly holds.
enum SourceCount {
  /// Lines of a file, or of all source files below a folder; nil if there is no such thing.
  static func lines(of path: String) -> Int? {
    let url = checkout.appendingPathComponent(path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      return nil
    }
    if isFolder.boolValue {
      return sources(below: path).reduce(0) { $0 + (lines(of: $1) ?? 0) }
    }
    guard let data = try? Data(contentsOf: url) else { return nil }
    return data.count { $0 == 10 } + (data.isEmpty || data.last == 10 ? 0 : 1)
  }

  /// Every concept and every lesson that is in none of the `listed` files and folders.
  static func unlisted(in listed: [String]) -> [String] {
    (sources(below: "Sources/NanoVLA") + sources(below: "Lessons")).filter { path in
      path.hasSuffix(".swift")
        && !listed.contains { $0 == path || $0.hasSuffix("/") && path.hasPrefix($0) }
    }
  }

  private static func sources(below folder: String) -> [String] {
    let url = checkout.appendingPathComponent(folder)
    let names = FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    return names.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".c") || $0.hasSuffix(".h") }
      .map { prefix + $0 }.sorted()
  }

  /// A file's first comment, as a description to start from.
  static func summary(of path: String) -> String {
    let text = try? String(contentsOf: checkout.appendingPathComponent(path), encoding: .utf8)
    let comment = text?.components(separatedBy: "\n").first { $0.hasPrefix("//") } ?? ""
    return String(comment.trimmingPrefix(#/\/+ *(?:Lesson \d+ · )?/#))
  }

  /// Puts `count` where a number stands, its right edge in place if there is room on its left.
  static func replacing(_ range: Range<String.Index>, in line: String, by count: Int?) -> String {
    guard let count else { return line }
    var head = line[..<range.lowerBound]
    let old = line.distance(from: range.lowerBound, to: range.upperBound)
    var new = String(count)
    if new.count < old {
      new = String(repeating: " ", count: old - new.count) + new
    } else {
      for _ in old..<new.count where head.hasSuffix("  ") { head.removeLast() }
    }
    return head + new + line[range.upperBound...]
  }
}
