import Files

/// What one iteration of a ``GRPOTrainer`` was like: one line of metrics.jsonl.
public struct RLMetrics: Codable, Sendable, Equatable {
  /// From 1 on.
  public let iteration: Int
  /// Rollouts that succeeded in each group, of `groupSize`.
  public let successes: [Int]
  public let groupSize: Int
  /// The share of all rollouts, with drawn actions, that succeeded.
  public let success: Double
  /// Groups in which some rollouts succeeded and some did not.
  public let groupsKept: Int
  /// Actions carried out in all rollouts.
  public let steps: Int
  /// The share of tokens whose gain ended at the clip.
  public var clipFraction = 0.0
  /// How far the policy went, within the iteration, from the one that drove; in nats a token.
  public var approximateKL = 0.0
  /// Mean entropy of a token after the iteration, and divergence from the start policy, in nats, where
  /// the kept groups were; nil if none was kept.
  public var entropy: Double?
  public var startKL: Double?
  /// Success on held-out layouts with the likeliest actions, if measured.
  public var greedySuccess: Double?
  public var seconds = 0.0

  init(iteration: Int, of groups: [RolloutGroup], kept: Int) {
    self.iteration = iteration
    successes = groups.map(\.successes)
    groupSize = groups[0].rewards.count
    success = Double(successes.reduce(0, +)) / Double(groups.count * groupSize)
    groupsKept = kept
    steps = groups.flatMap(\.steps).reduce(0, +)
  }

  public var episodes: Int { successes.count * groupSize }
  /// Whether this can be what iteration `number` was like, as a checkpoint's reader asks.
  package func isIteration(_ number: Int) -> Bool {
    iteration == number && 2...1000 ~= groupSize && !successes.isEmpty
      && successes.allSatisfy { 0...groupSize ~= $0 } && 0...successes.count ~= groupsKept
  }

  /// How many groups had 0, 1, … G successes: G + 1 numbers.
  public var histogram: [Int] {
    (0...groupSize).map { count in successes.count { $0 == count } }
  }

  /// One line of JSON. Its numbers are finite, so it always encodes.
  public var jsonLine: String {
    try! JSONWriter.text(self, spaced: false)
  }
}
