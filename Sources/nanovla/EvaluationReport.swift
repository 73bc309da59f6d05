import Foundation
import NanoVLA
import Runs
import Tabletop

/// The result of an evaluation: `--json` encodes it, ``lines(width:)`` formats it for a reader.
struct EvaluationReport: Encodable {
  let suite: String
  let firstSeed: UInt64
  let episodes: Int
  /// The layouts in words.
  let layouts: String
  /// Whether no demonstration, RL rollout or pre-training uses these layouts.
  let layoutsAreHeldOut: Bool
  let horizonSteps: Int
  let delaySteps: Int
  /// nil without a delay.
  let execution: Execution?
  /// 0 if actions are the most probable.
  let temperature: Float
  var policies: [PolicyReport] = []
  var comparison: Comparison?
  var sheet: Sheet?

  init(_ world: EvaluationWorld, _ timing: EvaluationTiming, _ sampling: EvaluationSampling) {
    (suite, episodes, layouts) = (world.name, world.seeds.count, world.layouts)
    (firstSeed, layoutsAreHeldOut) = (world.seeds.first ?? 0, world.layoutsAreHeldOut)
    (horizonSteps, delaySteps) = (world.horizon, timing.delay)
    execution = timing.delay == 0 ? nil : timing.execution
    temperature = sampling.temperature
  }

  struct Sheet: Encodable {
    let file: String
    /// Whether the sheet shows the layouts on which two policies differ.
    let showsDifferences: Bool
    let rows: [Row]

    struct Row: Encodable {
      let row: Int
      let seed: UInt64
      let instruction, policy: String
      let ending: String
      let steps: Int
    }
  }

  /// Two policies on the same layouts. A difference is the first rate minus the second.
  struct Comparison: Encodable {
    let both, onlyFirst, onlySecond, neither: Int
    let difference, differenceLow95, differenceHigh95, mcNemarP: Double

    init(_ pairs: PairedComparison) {
      (both, neither) = (pairs.both, pairs.neither)
      (onlyFirst, onlySecond) = (pairs.onlyFirst, pairs.onlySecond)
      difference = pairs.difference
      (differenceLow95, differenceHigh95) = (pairs.interval.lowerBound, pairs.interval.upperBound)
      mcNemarP = pairs.pValue
    }
  }
}

/// A success rate with its 95 % Wilson interval.
struct Rate: Encodable {
  let successes, episodes: Int
  let rate, low95, high95: Double

  init(_ success: SuccessRate) {
    (successes, episodes, rate) = (success.successes, success.episodes, success.rate)
    (low95, high95) = (success.interval.lowerBound, success.interval.upperBound)
  }

  var interval: String { String(format: "[%.2f, %.2f]", low95, high95) }

  var text: String { String(format: "%.2f ", rate) + "\(interval) (\(successes) of \(episodes))" }
}
