import NanoVLA
import Tensors

/// Closed-loop evaluation in which the world moves on while the policy thinks.
///
/// ``ClosedLoop`` stops the world while the network computes. A real world does not wait: a chunk
/// that is predicted from the observation at step t arrives d steps later. What the robot does until
/// then is the ``Execution``. With d = 3 and s = 4, an o for each decision:
///
///     synchronous     o . . . a₀ a₁ a₂ a₃ o .  .  .  b₀ b₁ b₂ b₃ o    a dot: the robot stands still
///     asynchronous    o . . . a₀ a₁ a₂ a₃ o a₄ a₅ a₆ b₃ o  b₄ b₅ b₆ c₃ o
///     blended         the same, but b is predicted to agree with a₄ a₅ a₆ …
///
/// One rule covers all: of a new chunk those actions are dropped in whose place others were executed
/// meanwhile, and the next decision follows after s executed actions. A robot that stands still, at
/// the beginning too, executes zeros, and its grippers keep their last command.
///
/// With d = 0 nothing is executed meanwhile, and every mode is ``ClosedLoop``.
///
/// - Letters: d steps of delay, s actions executed between two decisions (execution horizon), K steps
///   in a chunk; asynchronous and blended need d ≤ s ≤ K − d.
/// - Reference: Black et al., "Real-Time Execution of Action Chunking Flow Policies" (2025), alg. 1.
public struct DelayedLoop {
  public var environment: any Environment
  public var execution: Execution
  /// d, the steps from an observation to the chunk that is predicted from it.
  public var delay: Int
  /// s, the actions executed between two decisions; a robot that stands still executes none.
  public var executionHorizon: Int
  /// Whether the episodes keep their observations and actions.
  public var keepsRecord: Bool

  /// An evaluation in `environment`, of which each episode gets a copy.
  public init(
    in environment: any Environment, _ execution: Execution, delay: Int, executionHorizon: Int,
    keepsRecord: Bool = false
  ) {
    (self.environment, self.execution, self.delay) = (environment, execution, delay)
    (self.executionHorizon, self.keepsRecord) = (executionHorizon, keepsRecord)
  }

  /// One episode for each initial state of `seeds`, in their order.
  /// - Throws: ``DelayError`` if the chunks are too short for the delay, and what ``ClosedLoop``
  ///   throws.
  public func callAsFunction(_ policy: VLA, seeds: some Sequence<UInt64>) throws -> [Episode] {
    try DelayError.check(
      execution, delay: delay, horizon: executionHorizon, chunk: policy.head.chunk)
    try environment.space.check(matches: policy.space)
    // Inpainting takes a gradient by the actions; the weights get none.
    let wereFrozen = policy.head.parameters.map(\.isFrozen)
    policy.head.freeze()
    defer { for (each, was) in zip(policy.head.parameters, wereFrozen) { each.isFrozen = was } }
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
    // What is left of each rollout's last chunk, and the last action of its plan.
    var left = rollouts.map { _ in [NormalizedAction]() }
    var last = rollouts.map { _ in RobotAction?.none }
    try RolloutWorker(keepsRecord: keepsRecord)(&rollouts) { rollouts, deciding in
      let chunks = try policy.finite {
        let windows = deciding.map { rollouts[$0].history.window }
        try windows.forEach(policy.check)
        let state = try policy.state(  // → [N, H·S]
          of: windows, instructions: deciding.map { rollouts[$0].environment.instruction })
        return self.chunks(policy, state, after: deciding.map { left[$0] }, using: &random)
      }
      for (chunk, i) in zip(chunks, deciding) {
        let committed = execution == .synchronous ? [] : Array(left[i].prefix(delay))
        let actions = try (committed + chunk[committed.count..<executionHorizon])
          .map(policy.statistics.robotAction)
        let still = environment.space.standingStill(after: last[i])
        rollouts[i].plan = Array(repeating: still, count: delay - committed.count) + actions
        last[i] = actions.last
        left[i] = Array(chunk.dropFirst(executionHorizon))
      }
    }
    return rollouts.map(\.episode)
  }

  /// A chunk for each of N states [N, H·S]. All rollouts decide in step, so all are in their first
  /// decision, with nothing left of an earlier chunk, or none is.
  private func chunks(
    _ policy: VLA, _ state: Tensor, after left: [[NormalizedAction]],
    using random: inout SeededRandom
  ) -> [[NormalizedAction]] {
    guard execution == .blended, delay > 0, !left[0].isEmpty else {
      return policy.chunks(for: state, using: &random)
    }
    let mask = SoftMask(
      chunk: policy.head.chunk, delay: delay, executionHorizon: executionHorizon)
    guard let head = policy.head as? FlowMatchingHead else {
      return zip(policy.chunks(for: state, using: &random), left).map(mask.blended)
    }
    let rest = executionHorizon * head.dimensions  // numbers of weight 0
    let given = Tensor(
      left.flatMap { $0.flatMap(\.values) + Array(repeating: 0, count: rest) },
      shape: [left.count, head.chunk, head.dimensions])
    let values = head.actions(
      for: state, agreeingWith: given, where: mask.weights, using: &random
    ).values  // [N, S] → N·K·A numbers
    let A = head.dimensions
    return left.indices.map { n in
      (n * head.chunk..<(n + 1) * head.chunk).map {
        NormalizedAction(Array(values[$0 * A..<($0 + 1) * A]))
      }
    }
  }
}
