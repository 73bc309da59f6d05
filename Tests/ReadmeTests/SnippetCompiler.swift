import Foundation

/// Type-checks a script against the modules that SwiftPM built beside this test.
/// - Returns: what the compiler reports; empty if the script compiles without warnings.
func compilerErrors(of code: String) throws -> String {
  let script = FileManager.default.temporaryDirectory
    .appendingPathComponent("snippet-\(UUID().uuidString).swift")
  try Data(code.utf8).write(to: script)
  defer { try? FileManager.default.removeItem(at: script) }
  let sources = checkout.appendingPathComponent("Sources").path
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [
    "swiftc", "-typecheck", "-swift-version", "5", "-module-name", "Snippet",
    "-I", products.appendingPathComponent("Modules").path,
    "-module-cache-path", products.appendingPathComponent("SnippetCache").path,
    "-I", "\(sources)/COpenBLAS", "-I", "\(sources)/CPNG",
    "-Xcc", "-fmodule-map-file=\(products.path)/CKernels.build/module.modulemap", script.path,
  ]
  let pipe = Pipe()
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = FileHandle.nullDevice
  process.standardError = pipe
  try process.run()
  let report = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  let text = String(decoding: report, as: UTF8.self)
  return process.terminationStatus == 0 && text.isEmpty
    ? "" : "exit code \(process.terminationStatus):\n" + text
}
