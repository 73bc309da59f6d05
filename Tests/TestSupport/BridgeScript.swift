import Foundation

/// A bridge with a fault of the test's choice: `bridge.py` with some lines of Python in between.
package final class BridgeScript {
  package let file: URL
  /// A folder of its own, in which the script may leave marks.
  package let folder: URL

  /// - Parameter lines: run after `bridge.py` is read and before it serves; `B` is its namespace, and
  ///   `FOLDER` the path of ``folder``.
  package init(_ lines: String) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "bridge-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    file = folder.appending(path: "script.py")
    let bridge = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Simulators/Bridge/Python/bridge.py").standardizedFileURL
    let script = """
      B = {"__name__": "bridge"}
      exec(compile(open("\(bridge.path)").read(), "bridge.py", "exec"), B)
      FOLDER = "\(folder.path)"
      import os, sys, time
      class Toy(B["Toy"]): pass
      B["KINDS"]["toy"] = Toy
      \(lines)
      B["serve"]()
      """
    try Data(script.utf8).write(to: file)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }
}
