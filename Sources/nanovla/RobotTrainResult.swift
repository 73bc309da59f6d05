import Foundation

/// The result of training on a robot's episodes.
struct RobotTrainResult: Encodable, CustomStringConvertible {
  let dataset: String
  let tasks: [String]
  let demonstrations, frames, steps: Int
  /// Wall-clock time, and processor time of all threads, of this run without an earlier one.
  let seconds, cpuSeconds: Double
  /// The mean loss of the last 100 steps.
  let loss: Double
  /// Whether the backbone learned from the simulator's true positions too.
  let usesPositions: Bool
  /// On held-out layouts of the simulator, if one is there.
  let success: Rate?
  let policy: String

  var description: String {
    """
    \(demonstrations) demonstrations of \(tasks.count) tasks, \(frames) frames, \(steps) steps in \
    \(String(format: "%.0f s (%.0f CPU seconds)", seconds, cpuSeconds)), \
    loss \(String(format: "%.3f", loss)), \
    \(usesPositions ? "with" : "without") true positions, in \(policy)
    """ + (success.map { "\nsuccess on held-out layouts: \($0.text)" } ?? "")
  }
}
