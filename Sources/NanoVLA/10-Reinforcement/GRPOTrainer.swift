// Group relative policy optimisation: try, compare, do more of what went well, again and again.
//
// Why: a cloned policy is at best as good as its demonstrations, and where its own mistakes lead it
// was shown nothing. Rollouts go exactly there. All that is needed is a world that says how it ended,
// and a policy that succeeds SOMETIMES: if no attempt of a group succeeds, nothing can be compared,
// and a policy of 0 % stays one.
//
// One iteration: try G times from each of many starts (Rollouts), drop uniform groups and weigh the
// rest (GroupAdvantage), then one pass over all decisions in small batches (ClippedObjective). Only
// the head learns; the backbone has found in the pictures what there is to find.
//
// G rollouts of a start, N decisions of all kept groups, S state numbers, K steps, A dimensions
//
// Reference: Li et al., "SimpleVLA-RL" (2025), section 3; Shao et al., "DeepSeekMath" (2024), section
// 4.1. Left out, as there: the pull towards a reference policy, and the entropy bonus.

import Foundation
import Tabletop
import Tensors

public final class GRPOTrainer {
  public let policy: VLA
  public let configuration: RLConfiguration
  /// What each iteration so far was like.
  public package(set) var metrics: [RLMetrics] = []
  package let head: TokenHead
  /// The head as it was before the first iteration.
  package let start: TokenHead
  package let optimizer: AdamW
  package var random: SeededRandom
  private let suite: Suite
  private let rollouts: Rollouts
  private let objective: ClippedObjective
  private let schedule: Schedule

  /// - Parameter policy: to be improved, in place. Its head must choose among bins.
  /// - Throws: ``RLConfigurationError``
  public init(_ policy: VLA, _ configuration: RLConfiguration) throws {
    try configuration.check()
    guard let head = policy.head as? TokenHead else {
      throw RLConfigurationError.notTokens("\(type(of: policy.head))")
    }
    (self.policy, self.configuration, self.head) = (policy, configuration, head)
    head.freeze(false)
    start = head.copy()
    suite = try configuration.suite()
    rollouts = Rollouts(
      suite: suite, groupSize: configuration.groupSize, temperature: configuration.temperature)
    objective = ClippedObjective(below: configuration.clipLow, above: configuration.clipHigh)
    schedule = Schedule(
      peak: configuration.learningRate, steps: configuration.totalEpochs, floor: 0.1)
    optimizer = AdamW(head.parameters, weightDecay: 0)
    random = SeededRandom(seed: configuration.seed)
  }

  /// Iterations so far.
  public var iteration: Int { metrics.count }
  public var isDone: Bool { iteration >= configuration.totalEpochs }

  /// One iteration.
  /// - Throws: ``InstructionError`` or ``ActionError`` if the policy does not fit the suite.
  @discardableResult
  public func step() throws -> RLMetrics {
    let began = Date()
    let seeds = (0..<configuration.groups).map { _ in Suite.practiceSeed(using: &random) }
    let groups = try rollouts(policy, head, seeds: seeds, draw: random.next())
    let kept = groups.filter(\.hasSignal)
    var metrics = RLMetrics(iteration: iteration + 1, of: groups, kept: kept.count)
    if !kept.isEmpty { learn(from: kept, &metrics) }
    let every = configuration.evaluateEvery
    if every > 0, metrics.iteration % every == 0 || metrics.iteration == configuration.totalEpochs {
      metrics.greedySuccess = try evaluate().rate
    }
    metrics.seconds = Date().timeIntervalSince(began)
    self.metrics.append(metrics)
    return metrics
  }

  /// Drives on held-out layouts with the likeliest action each time.
  public func evaluate() throws -> SuccessRate { try evaluate(policy) }

  /// The same as it was before the first iteration.
  public func evaluateStart() throws -> SuccessRate {
    try evaluate(
      VLA(
        backbone: policy.backbone, space: policy.space, statistics: policy.statistics, head: start,
        usesProprioception: policy.usesProprioception, history: policy.history))
  }

  private func evaluate(_ policy: VLA) throws -> SuccessRate {
    SuccessRate(
      of: try ClosedLoop(suite: suite, executed: head.chunk)(
        policy, seeds: Suite.heldOutSeeds(configuration.evaluationEpisodes)))
  }

  /// One epoch over what the kept groups did.
  private func learn(from kept: [RolloutGroup], _ metrics: inout RLMetrics) {
    let experience = Experience(joining: kept, statistics: policy.statistics)
    let T = configuration.temperature
    let batches = experience.batches(of: configuration.minibatchSize, using: &random)
    for batch in batches {
      let result = objective(
        new: head.logProbabilities(of: batch.bins, for: batch.states, temperature: T),
        old: batch.logProbabilities, advantages: batch.advantages, mask: batch.mask)
      result.loss.backward()
      optimizer.step(
        learningRate: schedule(iteration), maximumNorm: configuration.gradientClip)
      metrics.clipFraction += Double(result.clipFraction) / Double(batches.count)
      metrics.approximateKL += Double(result.approximateKL) / Double(batches.count)
    }
    let spread = head.spread(
      at: experience.states, mask: experience.mask, temperature: T, from: start)
    metrics.entropy = Double(spread.entropy)
    metrics.startKL = Double(spread.divergence)
  }
}
