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

  /// Examples of all time steps of `demonstrations`.
  /// - Throws: ``InstructionError`` or ``ActionError`` if a demonstration does not fit the policy.
  public init(_ demonstrations: [Demonstration], for policy: VLA) throws {
    expert = try Self.expert(of: demonstrations, for: policy)
    states = try Self.states(of: demonstrations.count, policy) {
      let demonstration = demonstrations[$0]
      let observations = zip(demonstration.frames, demonstration.proprioception).map {
        Observation($0, proprioception: $1)
      }
      return (observations, demonstration.instruction)
    }
  }

  /// Examples of all time steps of `episodes`, which a ``Recorder`` recorded in any environment.
  /// - Throws: ``ActionError``, or an error of the backbone, if an episode does not fit the policy.
  public init(_ episodes: [Episode], for policy: VLA) throws {
    guard episodes.allSatisfy({ !$0.actions.isEmpty }) else {
      fatalError("CloningExamples: an episode has no record of its actions")
    }
    expert = ActionChunks(joining: try episodes.map { try Self.chunks($0.actions, policy) })
    states = try Self.states(of: episodes.count, policy) {
      (episodes[$0].observations.dropLast(), episodes[$0].instruction)
    }
  }

  /// The expert's chunk of every time step, after actions and proprioception were checked.
  static func expert(
    of demonstrations: [Demonstration], for policy: VLA
  ) throws -> ActionChunks {
    for row in demonstrations.flatMap(\.proprioception) {
      try ActionError.check(row, "proprioception", dimensions: 4)
    }
    return ActionChunks(
      joining: try demonstrations.map { try chunks($0.actions.map { RobotAction($0) }, policy) })
  }

  /// The chunk of each of an episode's T steps, in normalized units.
  private static func chunks(_ actions: [RobotAction], _ policy: VLA) throws -> ActionChunks {
    ActionChunks(
      of: try actions.map { try policy.statistics.normalized($0) }, chunk: policy.head.chunk)
  }

  /// The policy's state at every step of `count` episodes, computed on all threads: [N, H·S].
  private static func states(
    of count: Int, _ policy: VLA, _ episode: (Int) -> ([Observation], String)
  ) throws -> Tensor {
    let states = try inShards(of: count) { part in
      withoutGradient {
        Result {
          try part.map {
            let (observations, instruction) = episode($0)
            return try Self.states(of: observations, instruction, policy)
          }
        }
      }
    }.flatMap { try $0.get() }
    return Tensor.concatenated(states, axis: 0)  // → [N, H·S]
  }

  /// The policy's state at each of an episode's T steps: [T, H·S].
  private static func states(
    of observations: [Observation], _ instruction: String, _ policy: VLA
  ) throws -> Tensor {
    let T = observations.count
    let windows = History.windows(steps: T, length: policy.history)
    let states = try policy.backbone.state(  // → [T, S]
      of: observations, instructions: Array(repeating: instruction, count: T),
      usesProprioception: policy.usesProprioception)
    return
      states
      .rows(at: windows)  // [T, S] → [T·H, S]
      .reshaped([T, -1])  // [T·H, S] → [T, H·S]
  }
}
