import Foundation

/// Runs a command of README as the product built beside this test and returns its standard output.
///
/// `nanovla-lesson 1 --no-color` runs `lesson-01 --no-color`: the runner itself would start
/// SwiftPM, which would wait forever for the lock on this build folder.
func output(of command: String) throws -> String {
  var words = command.split(separator: " ").map(String.init)
  guard var product = words.first else { throw CommandProblem.notChecked(command) }
  words.removeFirst()
  if product == "nanovla-lesson", words.first != "list" {
    guard let first = words.first, let number = Int(first) else {
      throw CommandProblem.notChecked(command)
    }
    product = "lesson-" + (number < 10 ? "0" : "") + "\(number)"
    words.removeFirst()
  }

  let results = FileManager.default.temporaryDirectory
    .appendingPathComponent("nanovla-output-\(UUID().uuidString)")
  try Data().write(to: results)
  defer { try? FileManager.default.removeItem(at: results) }
  let process = Process()
  process.executableURL = products.appendingPathComponent(product)
  process.arguments = words
  process.currentDirectoryURL = checkout
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = try FileHandle(forWritingTo: results)
  process.standardError = FileHandle.nullDevice
  try process.run()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw CommandProblem.failed(command, process.terminationStatus)
  }
  return try String(contentsOf: results, encoding: .utf8)
}

enum CommandProblem: Error, CustomStringConvertible {
  case notChecked(String)
  case failed(String, Int32)

  var description: String {
    switch self {
    case .notChecked(let command):
      return "'\(command)': README can show one lesson's output, 'list', or another program's"
    case .failed(let command, let status): return "'\(command)' failed with \(status)"
    }
  }
}

/// The folder of the built products, which holds the running test too.
var products: URL {
  #if os(macOS)
    let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!.bundleURL
  #else
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
  #endif
  return tests.deletingLastPathComponent()
}
