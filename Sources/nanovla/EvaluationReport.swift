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

/// The results of one policy.
struct PolicyReport: Encodable {
  let folder: String
  let executionHorizon: Int
  let success: Rate
  let meanStepsOfSuccesses: Double?
  let tasks: [Task]
  let failures: [Failure]
  var controls: Controls?

  enum CodingKeys: String, CodingKey {
    case folder, success, meanStepsOfSuccesses, tasks, failures, controls
    case executionHorizon = "actionsBeforeLookingAgain"
  }

  struct Task: Encodable {
    let task: String
    let success: Rate
    let meanStepsOfSuccesses: Double?
  }

  struct Failure: Encodable {
    let ending: String
    let episodes: Int
  }

  /// Success rates on the same layouts with one input changed.
  struct Controls: Encodable {
    let blankImage, otherInstructionOriginalDone: Rate
    /// nil in a simulator, which judges its own task alone.
    let otherInstructionDone: Rate?

    init(blank: [Episode], other: [Episode], in world: EvaluationWorld) {
      blankImage = Rate(SuccessRate(of: blank))
      otherInstructionDone = world.simulator == nil ? Rate(SuccessRate(of: other)) : nil
      otherInstructionOriginalDone = Rate(SuccessRate(other.map(\.achievedOriginalTask)))
    }
  }

  init(_ folder: String, executionHorizon: Int, _ world: EvaluationWorld, _ episodes: [Episode]) {
    (self.folder, self.executionHorizon) = (folder, executionHorizon)
    success = Rate(SuccessRate(of: episodes))
    meanStepsOfSuccesses = meanSteps(episodes)
    tasks = world.grouped(episodes).map {
      Task(
        task: $0.task, success: Rate(SuccessRate(of: $0.episodes)),
        meanStepsOfSuccesses: meanSteps($0.episodes))
    }
    let failed = episodes.filter { !$0.ending.isSuccess }
    failures = Dictionary(grouping: failed, by: \.ending.name)
      .map { Failure(ending: $0, episodes: $1.count) }
      .sorted { ($1.episodes, $0.ending) < ($0.episodes, $1.ending) }
  }
}

private func meanSteps(_ episodes: [Episode]) -> Double? {
  let steps = episodes.filter { $0.ending.isSuccess }.map(\.steps)
  return steps.isEmpty ? nil : Double(steps.reduce(0, +)) / Double(steps.count)
}
