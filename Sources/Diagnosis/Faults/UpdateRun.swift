import NanoVLA
import Tensors

/// Reinforcement learning with a fault in the update: what ``GRPOTrainer`` does, spelled out, with the
/// log-probabilities of the wrong policy or at the wrong temperature.
///
/// - Letters: N decisions, K steps in a chunk, A action dimensions.
/// - Reference: Li et al., "SimpleVLA-RL" (2025), §3.
public struct UpdateRun {
  /// nil for the healthy update.
  public var fault: Fault?
  public var settings: GRPOSettings

  public init(_ fault: Fault? = nil, _ settings: GRPOSettings) {
    (self.fault, self.settings) = (fault, settings)
  }

  /// Improves `policy` in place.
  /// - Returns: the fraction of tokens at the clip in each iteration.
  /// - Throws: as ``GRPOTrainer``.
  @discardableResult
  public func callAsFunction(_ policy: VLA, in environment: any Environment) throws -> [Double] {
    guard let head = policy.head as? any TokenPolicyHead else {
      throw PolicyError.noProbabilities("\(type(of: policy.head))")
    }
    var random = SeededRandom(seed: settings.seed)
    let optimizer = AdamW(head.parameters, weightDecay: 0)
    let schedule = Schedule(peak: settings.learningRate, steps: settings.iterations, floor: 0.1)
    let objective = ClippedObjective(clipLow: settings.clipLow, clipHigh: settings.clipHigh)
    let rollouts = GroupRollouts(
      in: environment, groupSize: settings.groupSize, temperature: settings.temperature)
    let first = head.parameters.map(\.values)
    let T = fault == .missingTemperature ? 1 : settings.temperature
    return try (0..<settings.iterations).map { iteration in
      let seeds = (0..<settings.groups).map { _ in environment.practiceSeed(using: &random) }
      let kept = try rollouts(policy, head, seeds: seeds, draw: random.next()).filter(\.hasSignal)
      guard !kept.isEmpty else { return 0 }
      let batches = Experience(joining: kept, statistics: policy.statistics)
        .batches(of: settings.minibatchSize, using: &random)
      // Stale: ln p of the policy as it was before the first update, not of the one that acted.
      let stale =
        fault == .staleLogProbabilities
        ? logProbabilities(of: batches, head, with: first) : nil
      var atClip = 0.0
      for (index, batch) in batches.enumerated() {
        let result = objective(
          new: head.logProbabilities(of: batch.bins, for: batch.states, temperature: T),
          old: stale?[index] ?? batch.logProbabilities, advantages: batch.advantages,
          mask: batch.mask)
        result.loss.backward()
        optimizer.step(learningRate: schedule(iteration), maximumNorm: settings.gradientClip)
        atClip += Double(result.clipFraction) / Double(batches.count)
      }
      return atClip
    }
  }

  /// ln p of the batches' tokens with other weights: of each batch [N, K, A].
  private func logProbabilities(
    of batches: [Experience], _ head: any TokenPolicyHead, with weights: [[Float]]
  ) -> [Tensor] {
    let now = head.parameters.map(\.values)
    defer { for (parameter, values) in zip(head.parameters, now) { parameter.values = values } }
    for (parameter, values) in zip(head.parameters, weights) { parameter.values = values }
    return withoutGradient {
      batches.map {
        head.logProbabilities(of: $0.bins, for: $0.states, temperature: settings.temperature)
          .detached()
      }
    }
  }
}
