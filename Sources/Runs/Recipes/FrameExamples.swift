import NanoVLA
import Tabletop
import Tensors

/// Demonstrations for training a whole policy, backbone and head: one example per time step.
///
/// ``CloningExamples`` runs a frozen backbone once and stores its states. If the backbone is trained
/// too, its states change at every step. These examples therefore store the images, and the gradient
/// flows from the loss through the head and the backbone to the first layer.
///
/// - Letters: N time steps, H observations in a window, S state values per observation, K steps in
///   a chunk.
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
    let episodes = demonstrations.map(Episode.init)
    expert = try CloningExamples.expert(of: episodes, for: policy)
    instructions = episodes.flatMap { Array(repeating: $0.instruction, count: $0.steps) }
    windows = episodes.flatMap { episode in
      var history = History(length: policy.history)
      return episode.observations.map { observation in
        history.append(observation)
        return history.window
      }
    }
    // Encode each instruction once, so that an unknown word throws here and not during training.
    for episode in episodes {
      let window = Array(repeating: episode.observations[0], count: policy.history)
      _ = try withoutGradient {
        try policy.state(of: [window], instructions: [episode.instruction])
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
