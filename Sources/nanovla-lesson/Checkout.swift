import Foundation

/// The folder of the project whose lessons run.
struct Checkout {
  let root: URL
  /// SwiftPM's build folder.
  let scratch: URL

  var lessonsFolder: URL { root.appendingPathComponent("Lessons") }

  /// The checkout that contains the working directory; if there is none, the one in which this
  /// program was built. Throws `Problem.noCheckout` without either.
  static func find() throws -> Checkout {
    let here = FileManager.default.currentDirectoryPath
    let home = URL(fileURLWithPath: #filePath)  // <root>/Sources/nanovla-lesson/Checkout.swift
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .resolvingSymlinksInPath()
    guard let root = enclosing(URL(fileURLWithPath: here)) ?? (isCheckout(home) ? home : nil)
    else { throw Problem.noCheckout(from: here) }
    // The build folder of this program holds the library too; using it saves a second build.
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

  /// `<scratch>` of `<scratch>/x86_64-unknown-linux-gnu/debug/nanovla-lesson`; nil if the program
  /// was moved out of its build folder.
  private static var ownScratch: URL? {
    guard let program = Bundle.main.executableURL?.resolvingSymlinksInPath() else { return nil }
    let folder = program.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let state = folder.appendingPathComponent("workspace-state.json").path
    return FileManager.default.fileExists(atPath: state) ? folder : nil
  }
}
