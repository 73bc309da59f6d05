import Tabletop
import Tensors

/// Demonstrations as training examples: one example per time step.
///
/// The backbone is frozen, so its state of a frame never changes: it is computed once, here, and
/// training runs on the small states. The target of a step is the expert's chunk that begins there.
///
/// - Letters: N time steps in all, T of one episode, H observations in a window, S state numbers
///   per observation, K steps in a chunk, A action dimensions.
public struct CloningExamples {
  public let states: Tensor  // [N, H·S]
  /// The expert's actions, N chunks of K.
  public let expert: ActionChunks
  public var count: Int { expert.count }

  /// Examples of all time steps of `demonstrations`.
  /// - Throws: ``InstructionError`` or ``ActionError`` if a demonstration does not fit the policy.
  public init(_ demonstrations: [Demonstration], for policy: VLA) throws {
    try self.init(demonstrations.map(Episode.init), for: policy)
  }

  /// Examples of all time steps of `episodes`, which a ``Recorder`` recorded in any environment.
  /// - Throws: ``ActionError``, or an error of the backbone, if an episode does not fit the policy.
  public init(_ episodes: [Episode], for policy: VLA) throws {
    expert = try Self.expert(of: episodes, for: policy)
    let states = try inShards(of: episodes.count) { part in
      withoutGradient { Result { try part.map { try Self.states(of: episodes[$0], policy) } } }
    }.flatMap { try $0.get() }
    self.states = Tensor.stackedRows(states)  // → [N, H·S]
  }

  /// The expert's checked and normalized chunk of every time step.
  package static func expert(of episodes: [Episode], for policy: VLA) throws -> ActionChunks {
    for observation in episodes.flatMap(\.observations) {
      try observation.checkProprioception(for: policy)
    }
    return ActionChunks(
      joining: try episodes.map { episode in
        let actions = try episode.actions.map(policy.statistics.normalized)
        return ActionChunks(of: actions, chunk: policy.head.chunk)
      })
  }

  /// The policy's state at each of an episode's T steps: [T, H·S].
  private static func states(of episode: Episode, _ policy: VLA) throws -> Tensor {
    let T = episode.steps
    let states = try policy.backbone.state(  // → [T, S]
      of: Array(episode.observations.prefix(T)),
      instructions: Array(repeating: episode.instruction, count: T),
      usesProprioception: policy.usesProprioception)
    return states.rows(at: History.windows(steps: T, length: policy.history))  // [T, S] → [T·H, S]
      .reshaped([T, -1])  // [T·H, S] → [T, H·S]
  }
}

extension Episode {
  /// A recorded demonstration as an episode, without the observation after the last action.
  public init(_ demonstration: Demonstration) {
    self.init(
      seed: demonstration.seed, instruction: demonstration.instruction, ending: .success,
      achievedOriginalTask: true, steps: demonstration.actions.count,
      observations: zip(demonstration.frames, demonstration.proprioception).map {
        Observation($0, proprioception: $1)
      }, actions: demonstration.actions.map { RobotAction($0) })
  }
}
