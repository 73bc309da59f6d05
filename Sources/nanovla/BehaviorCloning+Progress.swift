import Blackboard
import Foundation
import NanoVLA
import Ranks
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
  ///   - ranks: the processes that share the training.
  ///   - save: called on rank 0 before the first step, every 200 steps, and after the last.
  /// - Throws: ``RequestError`` if the loss is not finite.
  func finish(
    in folder: RunFolder, remedy: String = "use a smaller --learning-rate",
    among ranks: any Communicator = OneRank(), save: () throws -> Void = {}
  ) throws {
    var progress = Progress(after: stepsDone)
    func saveAll() throws {
      try checkState(among: ranks)
      try ranks.onFirst(save)
    }
    try saveAll()
    while !isDone {
      guard step(among: ranks).isFinite else {
        try ranks.together {
          throw folder.diverged("the loss at step \(stepsDone)", remedy: remedy)
        }
        return
      }
      progress.report(
        stepsDone, of: schedule.steps, "steps", String(format: "loss %.3f", losses.recentMean))
      if stepsDone % 200 == 0 || isDone { try saveAll() }
    }
  }
}
