import Foundation
import Tensors

/// Group relative policy optimization: act, compare, make the better actions more probable, repeat.
///
/// A cloned policy is at best as good as its demonstrations, and they do not show the states that
/// its own errors lead to. Rollouts go exactly there. A 0/1 reward is enough if some rollouts of a
/// group succeed; where none does, there is nothing to compare: a success of 0 stays 0.
///
/// Only the head learns; the backbone stays frozen. One iteration:
///
///     rollouts    G from each of many initial states            ``GroupRollouts``
///     advantages  compare within a group, drop uniform groups   ``GroupAdvantage``
///     update      one pass over all decisions in small batches  ``ClippedObjective``
///
/// - Letters: G rollouts of an initial state, N decisions of all kept groups, S state numbers, K
///   steps in a chunk, A action dimensions.
/// - Reference: Li et al., "SimpleVLA-RL" (2025), §3; Shao et al., "DeepSeekMath" (2024),
///   §4.1; Williams, "REINFORCE" (1992). Left out: a KL penalty, an entropy bonus.
public final class GRPOTrainer {
  /// The policy, whose head learns, and where it practices and is evaluated.
  public let policy: VLA, environment: any Environment
  public let settings: GRPOSettings
  /// The measurements of each iteration so far.
  public package(set) var metrics: [GRPOMetrics] = []
  package let head: any TokenPolicyHead
  /// The head as it was before the first iteration.
  package let start: any TokenPolicyHead
  package let optimizer: AdamW
  package var random: SeededRandom
  package let schedule: Schedule

  /// A trainer that improves `policy` in place.
  /// - Throws: ``PolicyError/noProbabilities(_:)`` if the policy's head does not choose among bins.
  public init(
    _ policy: VLA, in environment: any Environment, _ settings: GRPOSettings = .init()
  ) throws(PolicyError) {
    guard let head = policy.head as? any TokenPolicyHead else {
      throw .noProbabilities("\(type(of: policy.head))")
    }
    (self.policy, self.environment, self.settings) = (policy, environment, settings)
    self.head = head
    head.freeze(false)
    start = head.copy(for: policy)
    schedule = Schedule(peak: settings.learningRate, steps: settings.iterations, floor: 0.1)
    optimizer = AdamW(head.parameters, weightDecay: 0)
    random = SeededRandom(seed: settings.seed)
  }

  public var iteration: Int { metrics.count }
  public var isDone: Bool { iteration >= settings.iterations }

  /// One iteration.
  /// - Throws: as ``ClosedLoop`` does.
  @discardableResult
  public func step() throws -> GRPOMetrics {
    let began = Date()
    let seeds = (0..<settings.groups).map { _ in environment.practiceSeed(using: &random) }
    let rollouts = GroupRollouts(
      in: environment, groupSize: settings.groupSize, temperature: settings.temperature)
    let groups = try rollouts(policy, head, seeds: seeds, draw: random.next())
    let kept = groups.filter(\.hasSignal)
    var metrics = GRPOMetrics(
      iteration: iteration + 1, successes: groups.map(\.successes), groupSize: settings.groupSize,
      steps: groups.flatMap(\.steps).reduce(0, +), kept: kept.count)
    if !kept.isEmpty { learn(from: kept, &metrics) }
    let every = settings.evaluateEvery
    if every > 0, metrics.iteration % every == 0 || metrics.iteration == settings.iterations {
      metrics.greedySuccess = try evaluate().rate
    }
    metrics.seconds = Date().timeIntervalSince(began)
    self.metrics.append(metrics)
    return metrics
  }

  /// One pass over the decisions of the kept groups.
  private func learn(from kept: [RolloutGroup], _ metrics: inout GRPOMetrics) {
    let objective = ClippedObjective(clipLow: settings.clipLow, clipHigh: settings.clipHigh)
    let experience = Experience(joining: kept, statistics: policy.statistics)
    let T = settings.temperature
    let batches = experience.batches(of: settings.minibatchSize, using: &random)
    for batch in batches {
      let result = objective(
        new: head.logProbabilities(of: batch.bins, for: batch.states, temperature: T),
        old: batch.logProbabilities, advantages: batch.advantages, mask: batch.mask)
      result.loss.backward()
      optimizer.step(learningRate: schedule(iteration), maximumNorm: settings.gradientClip)
      metrics.clipFraction += Double(result.clipFraction) / Double(batches.count)
      metrics.approximateKL += Double(result.approximateKL) / Double(batches.count)
    }
    let (entropy, divergence) = head.entropyAndDivergence(
      at: experience.states, mask: experience.mask, temperature: T, from: start)
    (metrics.entropy, metrics.startKL) = (Double(entropy), Double(divergence))
  }

  /// Closed-loop evaluation on held-out initial states, with greedy actions.
  public func evaluate() throws -> SuccessRate { try evaluate(policy) }

  /// The same for the policy as it was before the first iteration.
  public func evaluateStart() throws -> SuccessRate { try evaluate(startPolicy()) }

  package func startPolicy() throws -> VLA {
    try VLA(
      backbone: policy.backbone, space: policy.space, statistics: policy.statistics, head: start,
      usesProprioception: policy.usesProprioception, history: policy.history)
  }

  private func evaluate(_ policy: VLA) throws -> SuccessRate {
    let loop = ClosedLoop(in: environment, executionHorizon: head.chunk)
    return SuccessRate(
      of: try loop(policy, seeds: environment.heldOutSeeds(settings.evaluationEpisodes)))
  }
}
