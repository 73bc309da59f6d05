import Foundation

/// A built program. No test here starts SwiftPM in its own checkout, which would wait forever for the
/// lock of the running `swift test`.
struct Program {
  let path: String

  init(_ path: String) { self.path = path }

  /// A product built beside the test that is running.
  static func product(_ name: String) -> Program {
    #if os(macOS)
      let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!.bundleURL
    #else
      let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    #endif
    return Program(tests.deletingLastPathComponent().appendingPathComponent(name).path)
  }

  struct Result {
    let status: Int32  // exit code, or 128 + the signal that ended it
    let output: String
    let error: String
  }

  func run(
    _ arguments: [String], in folder: URL, environment: [String: String] = [:],
    whileRunning: (Process, _ outputSoFar: () -> String) -> Void = { _, _ in }
  ) throws -> Result {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("nanovla-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    func capture(_ name: String) throws -> (URL, FileHandle) {
      let file = scratch.appendingPathComponent(name)
      try Data().write(to: file)
      return (file, try FileHandle(forWritingTo: file))
    }
    func text(_ file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

    let (output, outputHandle) = try capture("output")
    let (error, errorHandle) = try capture("error")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = outputHandle
    process.standardError = errorHandle
    try process.run()
    whileRunning(process) { text(output) }
    process.waitUntilExit()
    let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
    return Result(
      status: signal + process.terminationStatus, output: text(output), error: text(error))
  }
}

extension Program {
  /// Runs the program and sends it a signal, 9 if not told otherwise, when `log` has `lines` lines.
  func runKilled(
    _ arguments: [String], by signal: Int32 = SIGKILL, in folder: URL, after lines: Int, of log: URL
  ) throws -> Result {
    try run(arguments, in: folder) { process, _ in
      let deadline = Date().addingTimeInterval(600)
      while process.isRunning, Date() < deadline {
        let written = (try? Data(contentsOf: log)) ?? Data()
        if written.count(where: { $0 == UInt8(ascii: "\n") }) >= lines { break }
        usleep(2000)
      }
      kill(process.processIdentifier, signal)
    }
  }
}

/// The checkout that this test was compiled in.
let checkout = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
