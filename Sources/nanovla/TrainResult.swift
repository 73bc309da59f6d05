import Foundation
import NanoVLA
import Runs
import Tabletop

/// The result of `nanovla train`.
struct TrainResult: Encodable, CustomStringConvertible {
  let dataset: String
  let demonstrations, frames, steps: Int
  /// Of recording and training, without the time before a resume.
  let seconds: Double
  /// The mean loss of the last 100 steps.
  let loss: Double
  /// The success rate of greedy actions on held-out layouts, and its 95 % Wilson interval; nil if not
  /// measured.
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
        + (episodes > 0 ? "\nsuccess of greedy actions on held-out layouts: \(rate)" : "")
  }
}
