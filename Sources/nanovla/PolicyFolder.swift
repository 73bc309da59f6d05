import Files
import Foundation
import NanoVLA

/// The folder of a policy, which knows what it was trained on: its statistics are by data set.
struct PolicyFolder {
  let path: String

  /// Sorted; most folders hold one.
  func datasets() throws -> [String] {
    let file = URL(fileURLWithPath: path).appending(path: VLA.statisticsFile)
    return try ActionStatistics.readAll(file).keys.sorted().map(oneLine)
  }

  /// - Parameter dataset: whose statistics it is read with, if it holds those of several.
  func policy(dataset: String?) throws -> VLA {
    try VLA(
      contentsOf: URL(fileURLWithPath: path), dataset: datasets().count > 1 ? dataset : nil)
  }
}
