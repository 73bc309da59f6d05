/// The hyperparameters of a ``GRPOTrainer``.
///
/// The defaults are for the tabletop. SimpleVLA-RL trains seven billion weights with a learning
/// rate of 5·10⁻⁶ and a temperature of 1.6.
///
/// - Reference: PRIME-RL/SimpleVLA-RL, examples/run_openvla_oft_rl_libero.sh.
public struct GRPOSettings: Codable, Sendable, Equatable {
  /// Rounds of collecting rollouts and learning from them, and initial states in each.
  public var iterations = 200, groups = 32
  /// G, rollouts of each initial state.
  public var groupSize = 8
  /// T, for sampling and for the log-probabilities alike.
  public var temperature: Float = 1
  /// AdamW's peak learning rate; it falls along a cosine to a tenth. Largest norm of the gradient.
  public var learningRate: Float = 1e-3, gradientClip: Float = 1
  /// Decisions in one optimizer step.
  public var minibatchSize = 256
  /// The gain ends at an importance ratio of 1 − clipLow, and of 1 + clipHigh.
  public var clipLow: Float = 0.2, clipHigh: Float = 0.28
  /// Iterations between greedy evaluations (0 for none), and held-out initial states in each.
  public var evaluateEvery = 10, evaluationEpisodes = 100
  /// Fixes every random choice.
  public var seed: UInt64 = 0
  public init() {}
}

/// The measurements of one iteration of a ``GRPOTrainer``, numbered from 1.
public struct GRPOMetrics: Codable, Sendable, Equatable {
  public let iteration: Int
  /// How many of its G rollouts succeeded, for each group.
  public let successes: [Int]
  /// G.
  public let groupSize: Int
  /// Success rate of all rollouts, whose actions were sampled.
  public let success: Double
  /// Groups with a signal (some rollouts succeeded, some did not); executed actions in all.
  public let groupsKept, steps: Int
  /// The fraction of tokens at the clip, and the policy's change in nats per token.
  public var clipFraction = 0.0, approximateKL = 0.0
  /// Mean entropy of a token after the iteration, and KL divergence from the initial policy, in
  /// nats, at the states of the kept groups; nil if none was kept.
  public var entropy, startKL: Double?
  /// Success rate on held-out initial states with greedy actions, if measured.
  public var greedySuccess: Double?
  /// The time that the iteration took, in seconds.
  public var seconds = 0.0

  package init(iteration: Int, successes: [Int], groupSize: Int, steps: Int, kept: Int) {
    (self.iteration, self.successes, self.groupSize) = (iteration, successes, groupSize)
    success = Double(successes.reduce(0, +)) / Double(successes.count * groupSize)
    (groupsKept, self.steps) = (kept, steps)
  }

  /// Rollouts in the iteration.
  public var episodes: Int { successes.count * groupSize }
  /// How many groups had 0, 1, … G successes: G + 1 numbers.
  public var histogram: [Int] {
    (0...groupSize).map { count in successes.count { $0 == count } }
  }
}
