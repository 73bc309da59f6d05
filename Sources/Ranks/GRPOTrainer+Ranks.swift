import Foundation
import NanoVLA
import Tensors

/// Reinforcement learning on several ranks: each runs the rollouts of its groups and learns from them.
///
/// Rollouts take most of the time and need no other rank. A group's samples depend only on its number,
/// so R ranks take the same actions as one process. What a rank experienced stays there: of each
/// minibatch, whose order all ranks draw alike, it computes the gradient of its own decisions.
///
/// - Letters: R ranks, G rollouts of a group, N decisions of all kept groups on all ranks.
extension GRPOTrainer {
  /// One iteration, as ``step()``, shared among `ranks`.
  /// - Throws: as ``ClosedLoop`` does, on all ranks.
  @discardableResult
  public func step(among ranks: any Communicator) throws -> GRPOMetrics {
    guard ranks.count > 1 else { return try step() }
    let began = Date()
    let seeds = (0..<settings.groups).map { _ in environment.practiceSeed(using: &random) }
    let draw = random.next()
    let groups = try ranks.together { try rollouts(seeds, ranks.share(of: seeds.count), draw) }
    let kept = groups.filter(\.hasSignal)
    let experience =
      kept.isEmpty ? nil : Experience(joining: kept, statistics: policy.statistics)

    // What all ranks know of each other's rollouts.
    let successes = ranks.gatherNumbers(groups.map(\.successes))
    let totals = ranks.gatherNumbers([
      groups.flatMap(\.steps).reduce(0, +), kept.count, experience?.count ?? 0,
    ])
    var metrics = GRPOMetrics(
      iteration: iteration + 1, successes: successes.flatMap { $0 }, groupSize: settings.groupSize,
      steps: totals.map { $0[0] }.reduce(0, +), kept: totals.map { $0[1] }.reduce(0, +))
    if metrics.groupsKept > 0 {
      learn(from: experience, decisions: totals.map { $0[2] }, &metrics, among: ranks)
    }
    let every = settings.evaluateEvery
    if every > 0, metrics.iteration % every == 0 || metrics.iteration == settings.iterations {
      metrics.greedySuccess = try evaluate(among: ranks).rate
    }
    metrics.seconds = Date().timeIntervalSince(began)
    self.metrics.append(metrics)
    return metrics
  }

  /// This rank's groups: those of `seeds` at the places `share`.
  private func rollouts(
    _ seeds: [UInt64], _ share: Range<Int>, _ draw: UInt64
  ) throws -> [RolloutGroup] {
    guard !share.isEmpty else { return [] }
    let rollouts = GroupRollouts(
      in: environment, groupSize: settings.groupSize, temperature: settings.temperature)
    // The samples of group i come from draw + i.
    return try rollouts(
      policy, head, seeds: Array(seeds[share]), draw: draw &+ UInt64(share.lowerBound))
  }

  /// One pass over the decisions of all ranks; `decisions` is their number on each.
  private func learn(
    from experience: Experience?, decisions: [Int], _ metrics: inout GRPOMetrics,
    among ranks: any Communicator
  ) {
    let objective = ClippedObjective(clipLow: settings.clipLow, clipHigh: settings.clipHigh)
    let T = settings.temperature
    let first = decisions.prefix(ranks.rank).reduce(0, +)
    let own = first..<first + decisions[ranks.rank]  // the places of this rank's decisions of N
    let batches = random.batches(of: settings.minibatchSize, from: decisions.reduce(0, +))
    for batch in batches {
      let mine = batch.filter(own.contains).map { $0 - first }
      let measured = ranks.backward(through: optimizer.parameters, measuring: 2) {
        guard let experience, !mine.isEmpty else { return nil }
        let part = Experience(experience, at: mine)
        let tokens = part.mask.values.reduce(0, +)
        guard tokens > 0 else { return nil }
        let result = objective(
          new: head.logProbabilities(of: part.bins, for: part.states, temperature: T),
          old: part.logProbabilities, advantages: part.advantages, mask: part.mask)
        return (result.loss, [result.clipFraction, result.approximateKL], tokens)
      }
      optimizer.step(learningRate: schedule(iteration), maximumNorm: settings.gradientClip)
      metrics.clipFraction += Double(measured[1]) / Double(batches.count)
      metrics.approximateKL += Double(measured[2]) / Double(batches.count)
    }
    var row: [Float] = [0, 0, 0]
    if let experience {
      let tokens = experience.mask.values.reduce(0, +)
      let (entropy, divergence) = head.entropyAndDivergence(
        at: experience.states, mask: experience.mask, temperature: T, from: start)
      row = [entropy * tokens, divergence * tokens, tokens]
    }
    let total = ranks.sum(row)
    metrics.entropy = Double(total[0] / max(total[2], 1))
    metrics.startKL = Double(total[1] / max(total[2], 1))
  }

  /// Closed-loop evaluation on held-out initial states, with greedy actions, shared among `ranks`.
  public func evaluate(among ranks: any Communicator) throws -> SuccessRate {
    try evaluate(policy, among: ranks)
  }

  /// The same for the policy as it was before the first iteration.
  public func evaluateStart(among ranks: any Communicator) throws -> SuccessRate {
    try evaluate(startPolicy(), among: ranks)
  }

  private func evaluate(_ policy: VLA, among ranks: any Communicator) throws -> SuccessRate {
    try ClosedLoop(in: environment, executionHorizon: head.chunk).successRate(
      of: policy, seeds: environment.heldOutSeeds(settings.evaluationEpisodes), among: ranks)
  }

  /// Checks that all ranks have the same weights and random numbers.
  /// - Throws: ``RankError``
  public func checkState(among ranks: any Communicator) throws {
    try ranks.checkSameState(of: optimizer, random, after: "iteration \(iteration)")
  }
}
