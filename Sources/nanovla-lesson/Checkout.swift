import Foundation

/// The folder of the project whose lessons are run, and where SwiftPM builds them.
struct Checkout {
  let root: URL
  let scratch: URL

  var lessonsFolder: URL { root.appendingPathComponent("Lessons") }

  /// The checkout around the working directory; from elsewhere, the one this program was built in.
  static func find() throws -> Checkout {
    let here = FileManager.default.currentDirectoryPath
    let home = URL(fileURLWithPath: #filePath)  // <root>/Sources/nanovla-lesson/Checkout.swift
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .resolvingSymlinksInPath()
    guard let root = enclosing(URL(fileURLWithPath: here)) ?? (isCheckout(home) ? home : nil)
    else { throw Problem.noCheckout(from: here) }
    // Sharing the folder that this program was built in, if it was built from the same checkout,
    // saves a second build of the library.
    let shared = root.path == home.path ? ownScratch : nil
    return Checkout(root: root, scratch: shared ?? root.appendingPathComponent(".build"))
  }

  private static func enclosing(_ start: URL) -> URL? {
    var folder = start.resolvingSymlinksInPath()
    while !isCheckout(folder) {
      if folder.path == "/" { return nil }
      folder.deleteLastPathComponent()
    }
    return folder
  }

  private static func isCheckout(_ folder: URL) -> Bool {
    let manifest = try? String(
      contentsOf: folder.appendingPathComponent("Package.swift"), encoding: .utf8)
    return manifest?.contains(#"name: "nanoVLA""#) ?? false
  }

  /// `<scratch>` of `<scratch>/x86_64-unknown-linux-gnu/debug/nanovla-lesson`; nil for a program
  /// that was copied elsewhere.
  private static var ownScratch: URL? {
    guard let program = Bundle.main.executableURL?.resolvingSymlinksInPath() else { return nil }
    let folder = program.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let mark = folder.appendingPathComponent("workspace-state.json").path
    return FileManager.default.fileExists(atPath: mark) ? folder : nil
  }
}
