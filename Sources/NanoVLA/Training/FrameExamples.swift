import Tabletop
import Tensors

/// Demonstrations as a whole policy learns from them, backbone and head: one example a time step.
///
/// Where the backbone learns too, what it finds in a frame changes from step to step. So nothing can
/// be kept from before, as ``CloningExamples`` keeps the states that a frozen backbone found: every
/// frame is seen anew, and the loss leads through the head, the points and the patches back to the
/// first layer.
///
/// Letters: N time steps, H observations in a window, S state numbers an observation, K steps in a
/// chunk, A action dimensions.
public struct FrameExamples {
  /// The last H observations at each time step.
  public let windows: [[Observation]]
  /// Each time step's instruction.
  public let instructions: [String]
  /// What the expert did, N chunks of K actions.
  public let expert: ActionChunks

  public var count: Int { expert.count }

  /// - Throws: ``InstructionError`` or ``ActionError`` if a demonstration does not fit the policy.
  public init(_ demonstrations: [Demonstration], for policy: VLA) throws {
    expert = try CloningExamples.expert(of: demonstrations, for: policy)
    instructions = demonstrations.flatMap { demonstration in
      demonstration.frames.map { _ in demonstration.instruction }
    }
    windows = demonstrations.flatMap { demonstration in
      let observations = zip(demonstration.frames, demonstration.proprioception).map {
        Observation($0, proprioception: $1)
      }
      let steps = History.windows(steps: observations.count, length: policy.history)
      return observations.indices.map { t in
        steps[t * policy.history..<(t + 1) * policy.history].map { observations[$0] }
      }
    }
    // Said now, what cannot be read is an error; in the middle of training it would be a crash.
    for demonstration in demonstrations {
      let observation = Observation(
        demonstration.frames[0], proprioception: demonstration.proprioception[0])
      let window = Array(repeating: observation, count: policy.history)
      _ = try withoutGradient {
        try policy.state(of: [window], instructions: [demonstration.instruction])
      }
    }
  }

  /// How far the policy is from what the expert did in the time steps numbered `rows`.
  public func loss(of policy: VLA, on rows: [Int], using random: inout SeededRandom) -> Tensor {
    do {
      let state = try policy.state(  // → [N, H·S]
        of: rows.map { windows[$0] }, instructions: rows.map { instructions[$0] })
      return policy.head.loss(state, expert.rows(at: rows), using: &random)
    } catch { fatalError("FrameExamples: instructions were read before, and now: \(error)") }
  }
}
