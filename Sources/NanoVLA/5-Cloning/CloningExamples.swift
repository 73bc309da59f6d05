import Tabletop
import Tensors

/// Demonstrations as training examples: one example per time step.
///
/// The backbone is frozen, so its state of a frame never changes: it is computed once, here, and
/// training runs on the small states. The target of a time step is the expert's chunk of K actions
/// that begins there.
///
/// Letters: N time steps in all, T of one episode, H observations in a window, S state numbers per
/// observation, K steps in a chunk, A action dimensions.
public struct CloningExamples {
  public let states: Tensor  // [N, H·S]
  /// The expert's actions, N chunks of K.
  public let expert: ActionChunks

  public var count: Int { expert.count }

  /// - Throws: ``InstructionError`` or ``ActionError`` if a demonstration does not fit the policy.
  public init(_ demonstrations: [Demonstration], for policy: VLA) throws {
    expert = try Self.expert(of: demonstrations, for: policy)
    let states = try inShards(of: demonstrations.count) { part in
      withoutGradient {
        Result { try part.map { try Self.states(of: demonstrations[$0], policy) } }
      }
    }.flatMap { try $0.get() }
    self.states = Tensor.concatenated(states, axis: 0)  // → [N, H·S]
  }

  /// The expert's chunk of every time step, after actions and proprioception were checked.
  static func expert(
    of demonstrations: [Demonstration], for policy: VLA
  ) throws -> ActionChunks {
    for row in demonstrations.flatMap(\.proprioception) {
      try ActionError.check(row, "proprioception", dimensions: 4)
    }
    return ActionChunks(
      joining: try demonstrations.map { demonstration in
        let actions = try demonstration.actions.map {
          try policy.statistics.normalized(RobotAction($0))
        }
        return ActionChunks(of: actions, chunk: policy.head.chunk)
      })
  }

  /// The policy's state at each of an episode's T steps: [T, H·S].
  private static func states(of demonstration: Demonstration, _ policy: VLA) throws -> Tensor {
    let T = demonstration.frames.count
    let observations = zip(demonstration.frames, demonstration.proprioception).map {
      Observation($0, proprioception: $1)
    }
    let windows = History.windows(steps: T, length: policy.history)
    let states = try policy.backbone.state(  // → [T, S]
      of: observations, instructions: Array(repeating: demonstration.instruction, count: T),
      usesProprioception: policy.usesProprioception)
    return
      states
      .rows(at: windows)  // [T, S] → [T·H, S]
      .reshaped([T, -1])  // [T·H, S] → [T, H·S]
  }
}
