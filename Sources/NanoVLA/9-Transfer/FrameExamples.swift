import Tabletop
import Tensors

/// Demonstrations for training a whole policy, backbone and head: one example per time step.
///
/// ``CloningExamples`` runs a frozen backbone once and stores its states. If the backbone is trained
/// too, its states change at every step. These examples therefore store the images, and the gradient
/// flows from the loss through the head and the backbone to the first layer.
///
/// Letters: N time steps, H observations in a window, S state values per observation, K steps in a
/// chunk.
public struct FrameExamples {
  /// The last H observations at each of the N time steps, oldest first.
  public let windows: [[Observation]]
  /// The instruction at each of the N time steps.
  public let instructions: [String]
  /// The expert's actions: N chunks of K, in normalized units.
  public let expert: ActionChunks

  /// N.
  public var count: Int { expert.count }

  /// Examples of all time steps of `demonstrations`.
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
    // Encode each instruction once, so that an unknown word throws here and not during training.
    for demonstration in demonstrations {
      let observation = Observation(
        demonstration.frames[0], proprioception: demonstration.proprioception[0])
      let window = Array(repeating: observation, count: policy.history)
      _ = try withoutGradient {
        try policy.state(of: [window], instructions: [demonstration.instruction])
      }
    }
  }

  /// The head's mean loss on the examples with the indices `rows`, a single number.
  /// - Parameter random: for heads whose loss samples noise.
  public func loss(of policy: VLA, on rows: [Int], using random: inout SeededRandom) -> Tensor {
    do {
      let state = try policy.state(  // → [N, H·S]
        of: rows.map { windows[$0] }, instructions: rows.map { instructions[$0] })
      return policy.head.loss(state, expert.rows(at: rows), using: &random)
    } catch { fatalError("FrameExamples: an instruction that was encoded before: \(error)") }
  }
}
