import NanoVLA
import Tabletop
import Tensors

/// Training frames, and what the policy does in them through the same path as in a rollout.
///
/// - Letters: N frames, H observations in a window, K steps in a chunk, A action dimensions.
struct Frames {
  /// The last H observations at each of N frames, oldest first, and the instruction there.
  var windows: [[Observation]]
  var instructions: [String]
  /// The K actions that follow each frame, in robot units; fewer at the end of an episode.
  let expert: [[RobotAction]]
  /// The actions of the step before and of the step after each frame; nil at an end.
  let before, after: [RobotAction?]
  var count: Int { windows.count }

  /// About `count` frames of `demonstrations`, evenly spaced.
  init(_ demonstrations: [Demonstration], for policy: VLA, count: Int) {
    let steps = demonstrations.flatMap { d in d.actions.indices.map { (d, $0) } }
    let stride = max(1, steps.count / max(1, count))
    let chosen = steps.indices.filter { $0 % stride == stride / 2 }.map { steps[$0] }
    windows = chosen.map { demonstration, t in
      (0..<policy.history).map { h in
        let step = max(0, t - policy.history + 1 + h)
        return Observation(
          demonstration.frames[step], proprioception: demonstration.proprioception[step])
      }
    }
    instructions = chosen.map(\.0.instruction)
    func action(_ demonstration: Demonstration, _ t: Int) -> RobotAction? {
      guard demonstration.actions.indices.contains(t) else { return nil }
      // Within the bounds, as the robot executes it: one jerk must not rule a comparison.
      return try? policy.space.clipped(RobotAction(demonstration.actions[t]))
    }
    expert = chosen.map { d, t in (0..<policy.head.chunk).compactMap { action(d, t + $0) } }
    before = chosen.map { action($0, $1 - 1) }
    after = chosen.map { action($0, $1 + 1) }
  }

  /// The same frames with edited observations or instructions.
  func edited(
    observation: ((Observation) -> Observation)? = nil, instruction: ((String) -> String)? = nil
  ) -> Frames {
    var copy = self
    if let observation { copy.windows = windows.map { $0.map(observation) } }
    if let instruction { copy.instructions = instructions.map(instruction) }
    return copy
  }

  /// The states of all frames: [N, H·S].
  func states(_ policy: VLA) throws -> Tensor {
    try withoutGradient { try policy.state(of: windows, instructions: instructions) }
  }

  /// The policy's chunks at all frames: N of K normalized actions.
  func predictions(_ policy: VLA, seed: UInt64 = 1) throws -> [[NormalizedAction]] {
    var random = SeededRandom(seed: seed)
    let states = try states(policy)  // [N, H·S]
    return withoutGradient { policy.chunks(for: states, using: &random) }
  }
}
