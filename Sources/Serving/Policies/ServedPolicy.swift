import Files
import Images
import NanoVLA
import Tensors

/// A policy with what a server needs besides it.
public struct ServedPolicy {
  /// In replies and messages.
  public let name: String
  public let policy: VLA
  /// The statistics that a request may choose among, by dataset.
  public let statistics: [String: ActionStatistics]
  /// How many actions of a chunk a client that asks for one action at a time gets before the policy
  /// observes again: 1 … K.
  public let executionHorizon: Int
  /// Whether such a client gets the mean of all predictions for the present step instead, for which
  /// the policy observes at every step.
  public let ensembles: Bool

  /// - Parameters:
  ///   - statistics: by dataset; a request that names none gets those of the policy.
  ///   - executionHorizon: K if nil.
  /// - Throws: ``ServingError`` for a horizon that the chunk has not.
  public init(
    _ policy: VLA, name: String, statistics: [String: ActionStatistics] = [:],
    executionHorizon: Int? = nil, ensembles: Bool = false
  ) throws {
    let horizon = executionHorizon ?? policy.head.chunk
    guard 1...policy.head.chunk ~= horizon else {
      throw ServingError(
        "an execution horizon of \(horizon) actions: the chunk has \(policy.head.chunk)")
    }
    (self.policy, self.name, self.statistics) = (policy, name, statistics)
    (self.executionHorizon, self.ensembles) = (horizon, ensembles)
  }

  /// The next K actions, in robot units and within their bounds.
  /// - Throws: ``RequestProblem``, or the policy's own error.
  func chunk(for request: PolicyRequest, in episode: inout EpisodeMemory) throws -> [RobotAction] {
    let statistics = try statistics(of: request.unnormKey)
    return try normalizedChunk(for: request, in: &episode).map {
      try policy.space.clipped(statistics.robotAction($0))
    }
  }

  private func normalizedChunk(
    for request: PolicyRequest, in episode: inout EpisodeMemory
  ) throws -> [NormalizedAction] {
    episode.history.append(try observation(request))
    return try policy.predictChunk(
      episode.history.window, instruction: request.instruction, using: &episode.random)
  }

  /// What the policy reads of a request: the image in its size, the state if it uses one.
  private func observation(_ request: PolicyRequest) throws -> Observation {
    let (count, given) = (policy.backbone.proprioceptionCount, request.state?.count ?? 0)
    guard !policy.usesProprioception || given == count else {
      let names = count == 4 ? " [x, y, z, closed]" : ""
      throw RequestProblem("this policy needs the state\(names), \(count) numbers, not \(given)")
    }
    var image = request.image
    if let size = policy.backbone.imageSize, image.width != size || image.height != size {
      image = image.resized(width: size, height: size, filter: .bicubic)
    }
    return Observation(image, proprioception: policy.usesProprioception ? request.state : nil)
  }

  /// The next action alone: of the chunk that was predicted last, or of a new one.
  func action(for request: PolicyRequest, in episode: inout EpisodeMemory) throws -> RobotAction {
    if ensembles {
      let mean = episode.ensemble(try normalizedChunk(for: request, in: &episode))
      return try policy.space.clipped(policy.statistics.robotAction(mean))
    }
    if episode.plan.isEmpty {
      episode.plan = try chunk(for: request, in: &episode).prefix(executionHorizon)
    } else if policy.history > 1 {
      episode.history.append(try observation(request))  // seen, though the policy does not decide
    }
    return episode.plan.removeFirst()
  }

  private func statistics(of key: String?) throws -> ActionStatistics {
    guard let key else { return policy.statistics }
    guard let found = statistics[key] else {
      let known = statistics.keys.sorted().map(oneLine).joined(separator: ", ")
      throw RequestProblem(
        "unnorm_key \(oneLine(key)) is not among the policy's statistics: "
          + (known.isEmpty ? "send none" : known))
    }
    return found
  }

  /// A memory for a new episode.
  func newEpisode() -> EpisodeMemory { EpisodeMemory(history: History(length: policy.history)) }
}

extension VLA {
  /// The next K actions, normalized, as `predictChunk` gives them; heads that sample use `random`,
  /// which belongs to one client.
  func predictChunk(
    _ window: [Observation], instruction: String, using random: inout SeededRandom
  ) throws -> [NormalizedAction] {
    try check(window)
    return try withoutGradient {
      try finite {
        let state = try state(of: [window], instructions: [instruction])  // → [1, H·S]
        return chunks(for: state, using: &random)[0]
      }
    }
  }
}
