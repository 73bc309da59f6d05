import Foundation
import NanoVLA
import Runs
import Tabletop

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
