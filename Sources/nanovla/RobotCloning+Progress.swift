import Blackboard
import Foundation
import Ranks
import Runs
import Simulators

extension RobotCloning {
  /// Runs the remaining steps with a progress report, and saves checkpoints and losses on rank 0.
  /// - Throws: ``RequestError`` if the loss is not finite.
  func finish(in folder: RunFolder, among ranks: any Communicator) throws {
    var progress = Progress(after: stepsDone)
    func save() throws {
      try checkState(among: ranks)
      try ranks.onFirst {
        try writeCheckpoint(to: folder.checkpoint, ranks: ranks.count)
        folder.isResumable()
        try Data(losses.jsonLines.utf8).writeAtomically(
          to: folder.url.appending(path: "metrics.jsonl"))
      }
    }
    try save()
    while !isDone {
      guard step(among: ranks).isFinite else {
        return try ranks.together {
          throw folder.diverged(
            "the loss at step \(stepsDone)", remedy: "use a smaller --learning-rate")
        }
      }
      progress.report(
        stepsDone, of: recipe.steps, "steps", String(format: "loss %.3f", losses.recentMean))
      if stepsDone % 500 == 0 || isDone { try save() }
    }
  }
}
