import Blackboard
import Files
import Foundation
import Images
import NanoVLA
import Runs
import Tabletop

/// A training by demonstrations, with what it leaves in its folder.
struct TrainRun {
  let recipe: CloningRecipe
  let folder: RunFolder
  /// Whether standard output is for the result alone.
  let isQuiet: Bool

  func callAsFunction(resuming: Bool, episodes: Int) throws -> TrainResult {
    let began = Date()
    let cloning = try recipe.preparedCloning()
    if resuming { try cloning.restore(from: folder.checkpoint, of: recipe) }
    if resuming, !isQuiet { print("resumed after \(cloning.stepsDone) steps") }
    try cloning.finish {
      try cloning.writeCheckpoint(of: recipe, to: folder.checkpoint)
      try write(cloning.losses)
    }
    try cloning.policy.write(to: folder.url, dataset: recipe.suite.dataset)
    let seconds = Date().timeIntervalSince(began)
    let loop = ClosedLoop(suite: recipe.suite, executed: cloning.policy.head.chunk)
    let success = SuccessRate(
      of: try loop(cloning.policy, seeds: Suite.heldOutSeeds(episodes)))
    return TrainResult(
      recipe, frames: cloning.examples.count, seconds: seconds,
      loss: cloning.recentLoss, success, policy: folder.url.path)
  }

  /// metrics.jsonl and curve.png, anew each time: what a kill cut short does no harm.
  private func write(_ losses: [Float]) throws {
    let means = stride(from: 0, to: losses.count, by: 50).map { first in
      let part = losses[first..<min(first + 50, losses.count)]
      return (step: first + part.count, loss: Double(part.reduce(0, +)) / Double(part.count))
    }
    let lines = means.map { #"{"loss":\#($0.loss),"step":\#($0.step)}"# + "\n" }.joined()
    try Data(lines.utf8).writeAtomically(to: folder.url.appending(path: "metrics.jsonl"))
    let curve =
      [(x: 0.0, y: Double(losses.first ?? 1))] + means.map { (x: Double($0.step), y: $0.loss) }
    try LineChart(
      "Training loss", x: Axis("optimizer step", 0...Double(recipe.steps)),
      y: Axis("loss of the action head", 0...(curve.map(\.y).max() ?? 1)),
      [.init("mean of 50 steps", curve)]
    ).image().writePNG(to: folder.url.appending(path: "curve.png"))
  }
}

/// What came of it.
struct TrainResult: Encodable, CustomStringConvertible {
  let dataset: String
  let demonstrations, frames, steps: Int
  /// Of recording and training, without what an earlier part of the run took.
  let seconds: Double
  /// The mean of the last 100 steps.
  let loss: Double
  /// Of driving with the likeliest actions on layouts that no demonstration uses; with its 95 %
  /// Wilson interval. nil: not measured.
  var success: Double?
  var interval: [Double]?
  let episodes: Int
  let policy: String
  private let rate: SuccessRate

  enum CodingKeys: CodingKey {
    case dataset, demonstrations, frames, steps, seconds, loss, success, interval, episodes, policy
  }

  init(
    _ recipe: CloningRecipe, frames: Int, seconds: Double, loss: Double, _ rate: SuccessRate,
    policy: String
  ) {
    (dataset, demonstrations, steps) = (
      recipe.suite.dataset, recipe.demonstrationCount, recipe.steps
    )
    (self.frames, self.seconds, self.loss, self.rate) = (frames, seconds, loss, rate)
    (self.policy, episodes) = (policy, rate.episodes)
    if rate.episodes > 0 {
      (success, interval) = (rate.rate, [rate.interval.lowerBound, rate.interval.upperBound])
    }
  }

  var description: String {
    let seconds = String(format: "%.0f s", seconds)
    return """
      \(demonstrations) demonstrations, \(frames) frames, \(steps) steps in \(seconds), \
      loss \(String(format: "%.3f", loss)), in \(policy)
      """
        + (episodes > 0 ? "\nsuccess with the likeliest actions, on held-out layouts: \(rate)" : "")
  }
}

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
