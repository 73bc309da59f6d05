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
  /// - Parameters:
  ///   - folder: of the run, for the error.
  ///   - remedy: what to change if the loss is not finite.
  ///   - save: called before the first step, every 200 steps, and after the last.
  /// - Throws: ``RequestError`` if the loss is not finite.
  func finish(
    in folder: RunFolder, remedy: String = "use a smaller --learning-rate",
    save: () throws -> Void = {}
  ) throws {
    var progress = Progress(after: stepsDone)
    try save()
    while !isDone {
      guard step().isFinite else {
        throw folder.diverged("the loss at step \(stepsDone)", remedy: remedy)
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
