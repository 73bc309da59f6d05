import ArgumentParser
import NanoVLA
import Runs

/// `--delay`, `--execution` and `--horizon`: what happens while the policy thinks.
struct EvaluationTiming: ParsableArguments {
  @Option(help: "Steps that the world moves on from an observation to the chunk predicted from it.")
  var delay = 0

  @Option(help: "What the robot does meanwhile: synchronous, asynchronous or blended.")
  var execution = Execution.synchronous

  @Option(help: "Actions executed between two decisions (the chunk; with a delay, as many).")
  var horizon: Int?

  /// The rollouts of `policy`; without a delay every execution is the closed loop's.
  func loop(of policy: VLA, in environment: some Environment) -> DelayedLoop {
    DelayedLoop(
      in: environment, execution, delay: delay, executionHorizon: executionHorizon(of: policy))
  }

  /// Refuses a policy whose chunks are too short for the delay and the horizon.
  func check(_ policy: VLA) throws(DelayError) {
    try DelayError.check(
      execution, delay: delay, horizon: executionHorizon(of: policy), chunk: policy.head.chunk)
  }

  func executionHorizon(of policy: VLA) -> Int {
    horizon ?? (delay == 0 ? policy.head.chunk : min(delay, policy.head.chunk))
  }
}

/// The delay as rows of the report's first table.
extension EvaluationReport {
  var delayRows: [[String]] {
    guard let execution else { return [] }
    let actions = Set(policies.map(\.executionHorizon)).sorted().map { "\($0)" }
    return [
      ["delay", "\(delaySteps) step\(delaySteps == 1 ? "" : "s"), \(execution) execution"],
      ["", "a decision every \(actions.joined(separator: " or ")) executed actions"],
    ]
  }
}

extension Execution: ExpressibleByArgument {}
