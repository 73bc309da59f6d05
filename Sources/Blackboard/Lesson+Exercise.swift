import Foundation

extension Lesson {
  /// The exercise that `nanovla-lesson check` checks; none in a checkout without it.
  var written: [String] {
    guard let number else { return [] }
    let folder = checkout.appending(path: "Lessons/Exercises")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let prefix = String(format: "%02d-", number)
    return files.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".swift") }.map {
      "Write the function of Lessons/Exercises/\($0); `nanovla-lesson check \(number)` checks it."
    }
  }
}
