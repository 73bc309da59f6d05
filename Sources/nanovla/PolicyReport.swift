import NanoVLA
import Runs

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
