import Foundation
import Simulators
import Testing

/// A Python that has the real simulators and libraries: metaworld, pyarrow, pandas, pillow, h5py.
let simulatorsPython = ProcessInfo.processInfo.environment["NANOVLA_SIMULATORS_PYTHON"]
/// A Python that has LeRobot itself.
let lerobotPython = ProcessInfo.processInfo.environment["NANOVLA_LEROBOT_PYTHON"]

extension PythonInterpreter {
  /// Runs lines of Python in `folder`, and returns what they print.
  @discardableResult func run(_ lines: String, in folder: URL) throws -> String {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: path)
    process.arguments = ["-c", "import json, numpy as np\n" + lines]
    process.currentDirectoryURL = folder
    process.standardOutput = output
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["HF_HUB_OFFLINE": "1", "HF_HOME": folder.path]
    ) { $1 }
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text
  }
}
