import Blackboard
import Files
import Foundation
import Images
import NanoVLA
import Ranks
import Runs
import Tabletop

/// A behavior-cloning run and the files it writes.
struct TrainRun {
  let recipe: CloningRecipe
  let folder: RunFolder
  /// Whether to print nothing but the result on standard output.
  let isQuiet: Bool
  /// The processes that share the run.
  let ranks: any Communicator

  func callAsFunction(resuming: Bool, episodes: Int) throws -> TrainResult {
    let began = Date()
    let cloning = try ranks.together {
      let cloning = try recipe.preparedCloning()
      if resuming {
        try cloning.restore(from: folder.checkpoint, of: recipe, ranks: ranks.count)
      }
      return cloning
    }
    folder.discardCopy()
    try cloning.check(among: ranks)
    if resuming, !isQuiet { print("resumed after \(cloning.stepsDone) steps") }
    try cloning.finish(in: folder, among: ranks) {
      try cloning.writeCheckpoint(of: recipe, to: folder.checkpoint, ranks: ranks.count)
      folder.isResumable()
      try write(cloning.losses)
    }
    try ranks.onFirst {
      try cloning.policy.write(to: folder.url, dataset: recipe.suite.dataset)
    }
    let seconds = Date().timeIntervalSince(began)
    let environment = TabletopEnvironment(
      recipe.suite, imageSize: cloning.policy.backbone.imageSize ?? 64)
    let loop = ClosedLoop(in: environment, executionHorizon: cloning.policy.head.chunk)
    let success = try loop.successRate(
      of: cloning.policy, seeds: Array(Suite.heldOutSeeds(episodes)), among: ranks)
    return TrainResult(
      recipe, frames: cloning.examples.count, seconds: seconds,
      loss: cloning.losses.recentMean, success, policy: folder.url.path)
  }

  /// Writes metrics.jsonl and curve.png from the start, so that an interrupted write does no harm.
  private func write(_ losses: [Float]) throws {
    try Data(losses.jsonLines.utf8).writeAtomically(to: folder.url.appending(path: "metrics.jsonl"))
    let curve =
      [(x: 0.0, y: Double(losses.first ?? 1))]
      + losses.means.map { (x: Double($0.step), y: $0.loss) }
    try LineChart(
      "Training loss", x: Axis("optimizer step", 0...Double(recipe.steps)),
      y: Axis("loss of the action head", 0...(curve.map(\.y).max() ?? 1)),
      [.init("mean of 50 steps", curve)]
    ).image().writePNG(to: folder.url.appending(path: "curve.png"))
  }
}
