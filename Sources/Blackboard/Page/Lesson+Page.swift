import Files
import Foundation

/// The page of a lesson or notebook, which `--html FILE` asks for.
extension Lesson {
  /// Writes the page at the end of the script, whole or not at all. A script that fails before
  /// leaves the file as it was.
  func writePage(kind: String, opening: [String]) throws {
    guard let page else { return }
    let seconds = String(format: "%.1f s", Date().timeIntervalSince(start))
    let html = Page(
      kind: kind, title: title, opening: opening, record: page,
      results: results.map { ($0.name, $0.cell) },
      facts: "Source: \(file). It ran in \(seconds) with seed \(seed)."
    )
    .html
    try Data(html.text.utf8).writeAtomically(to: page.file)
    print("Page: \(page.file.path)")
  }
}
