import Tensors

/// Closed-loop evaluation: the policy acts, and what it does changes what it observes next.
///
/// A low loss says that the policy agrees with the expert in the expert's states. In the closed
/// loop its errors lead to states that no demonstration shows (covariate shift), where its next
/// error is larger: errors compound. Trust the success rate on held-out initial states.
///
/// Receding horizon: the policy predicts a chunk of K actions, executes the first
/// `executionHorizon` of them without observing, then predicts anew. With `ensembles` it predicts
/// at every step and averages all predictions for the present step (``TemporalEnsemble``).
///
/// - Letters: N episodes that decide at the same time, H observations in a window, S state numbers
///   an observation, K steps in a chunk.
/// - Reference: Liu et al., "LIBERO" (2023), §4 (protocol); Zhao et al., "ACT" (2023),
///   §IV (chunks); Ross et al., "DAgger" (2011), §2 (compounding errors).
public struct ClosedLoop {
  public var environment: any Environment
  /// How many actions of each chunk are executed before the policy observes again: 1 … K.
  public var executionHorizon: Int
  /// Whether predictions of earlier chunks are averaged. Then every step predicts a chunk.
  public var ensembles: Bool
  /// Whether the episodes keep their observations and actions.
  public var keepsRecord: Bool

  /// An evaluation in `environment`, of which each episode gets a copy.
  public init(
    in environment: any Environment, executionHorizon: Int, ensembles: Bool = false,
    keepsRecord: Bool = false
  ) {
    (self.environment, self.executionHorizon) = (environment, executionHorizon)
    (self.ensembles, self.keepsRecord) = (ensembles, keepsRecord)
  }

  /// One episode for each initial state of `seeds`, in their order; half of them on each thread.
  /// - Throws: ``ActionError`` if the policy is for another action space, ``PolicyError`` if for
  ///   other observations, ``InstructionError`` if its backbone does not know a word.
  public func callAsFunction(_ policy: VLA, seeds: some Sequence<UInt64>) throws -> [Episode] {
    guard 1...policy.head.chunk ~= executionHorizon else {
      fatalError(
        "closed loop: horizon of \(executionHorizon) actions, chunk of \(policy.head.chunk)")
    }
    try environment.space.check(matches: policy.space)
    let seeds = Array(seeds)
    return try inShards(of: seeds.count, ofAtMost: environment.concurrency) { part in
      withoutGradient { Result { try run(policy, seeds: seeds[part]) } }
    }.flatMap { try $0.get() }
  }

  private func run(_ policy: VLA, seeds: ArraySlice<UInt64>) throws -> [Episode] {
    var random = SeededRandom(seed: ~(seeds.first ?? 0))  // for heads that sample
    var rollouts = try seeds.map {
      try Rollout(in: environment, seed: $0, history: policy.history)
    }
    var ensemble = rollouts.map { _ in TemporalEnsemble() }
    try RolloutWorker(keepsRecord: keepsRecord)(&rollouts) { rollouts, deciding in
      let chunks = try policy.finite {
        let state = try policy.state(of: deciding.map { rollouts[$0] })  // → [N, H·S]
        return policy.chunks(for: state, using: &random)  // [N, H·S] → N chunks of K
      }
      for (chunk, i) in zip(chunks, deciding) {
        let actions = ensembles ? [ensemble[i](chunk)] : Array(chunk.prefix(executionHorizon))
        rollouts[i].plan = try actions.map(policy.statistics.robotAction)
      }
    }
    return rollouts.map(\.episode)
  }
}

extension VLA {
  /// What the head reads in each of N rollouts: [N, H·S].
  func state(of rollouts: [Rollout]) throws -> Tensor {
    let windows = rollouts.map(\.history.window)
    try windows.forEach(check)
    return try state(of: windows, instructions: rollouts.map(\.environment.instruction))
  }
}

extension SuccessRate {
  /// Counts the episodes that ended in success.
  public init(of episodes: [Episode]) { self.init(episodes.map(\.ending.isSuccess)) }
}
