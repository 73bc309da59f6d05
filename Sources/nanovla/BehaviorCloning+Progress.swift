import Blackboard
import Foundation
import NanoVLA
import Runs

extension CloningRecipe {
  /// Records or reads the demonstrations, with a progress report, and prepares the training.
  func preparedCloning() throws -> BehaviorCloning {
    var progress = Progress()
    return try cloning { progress.report($0, of: demonstrationCount, "demonstrations") }
  }
}

extension BehaviorCloning {
  /// Runs the remaining steps with a progress report.
  /// - Parameter save: called before the first step, every 200 steps, and after the last.
  /// - Throws: ``RequestError`` if the loss is not finite.
  func finish(save: () throws -> Void = {}) throws {
    var progress = Progress(after: stepsDone)
    try save()
    while !isDone {
      guard step().isFinite else {
        throw RequestError(
          "the loss at step \(stepsDone) is not finite: use a smaller --learning-rate")
      }
      progress.report(
        stepsDone, of: schedule.steps, "steps", String(format: "loss %.3f", recentLoss))
      if stepsDone % 200 == 0 || isDone { try save() }
    }
  }

  /// The mean loss of the last 100 steps.
  var recentLoss: Double {
    let last = losses.suffix(100)
    return Double(last.reduce(0, +)) / Double(max(1, last.count))
  }
}
