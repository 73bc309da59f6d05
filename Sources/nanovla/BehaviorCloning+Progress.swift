import Blackboard
import Foundation
import NanoVLA
import Runs

extension CloningRecipe {
  /// Ready to learn; shows how far the recording is.
  func preparedCloning() throws -> BehaviorCloning {
    var progress = Progress()
    return try cloning { progress.report($0, of: demonstrationCount, "demonstrations") }
  }
}

extension BehaviorCloning {
  /// All steps that are left; shows how far it is.
  /// - Parameter save: is called at first, every 200 steps, and at the end.
  func finish(save: () throws -> Void = {}) throws {
    var progress = Progress(after: stepsDone)
    try save()
    while !isDone {
      guard step().isFinite else {
        throw RequestError(
          "step \(stepsDone) has a loss that is no number: give a smaller --learning-rate")
      }
      progress.report(
        stepsDone, of: schedule.steps, "steps", String(format: "loss %.3f", recentLoss))
      if stepsDone % 200 == 0 || isDone { try save() }
    }
  }

  /// The mean of the last 100 steps' losses.
  var recentLoss: Double {
    let last = losses.suffix(100)
    return Double(last.reduce(0, +)) / Double(max(1, last.count))
  }
}
