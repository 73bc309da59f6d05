import ArgumentParser
import NanoVLA
import VLMs

/// `--temperature`: whether the policy acts as in rollouts of reinforcement learning.
struct EvaluationSampling: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Sample the actions of a token, text or FAST head at this temperature, as nanovla rl does; 0 takes "
        + "the most probable."))
  var temperature: Float = 0

  /// Sets the temperature of `policy`.
  /// - Throws: ``RequestError`` for a head without probabilities.
  func apply(to policy: VLA) throws {
    guard temperature.isFinite, 0...100 ~= temperature else {
      throw RequestError("--temperature must be 0 to 100, not \(temperature)")
    }
    guard temperature > 0 else { return }
    switch policy.head {
    case let head as TokenHead: head.temperature = temperature
    case let head as TextHead: head.temperature = temperature
    case let head as FASTHead: head.temperature = temperature
    default:
      throw RequestError(
        "--temperature samples from a token, text or FAST head; \(type(of: policy.head).kind) gives no "
          + "probabilities: omit it")
    }
  }

  /// As rows of the report's first table.
  static func rows(_ temperature: Float) -> [[String]] {
    temperature == 0 ? [] : [["actions", "sampled at temperature \(temperature)"]]
  }
}
