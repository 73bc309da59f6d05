import NanoVLA
import Ranks
import Runs
import TestSupport
import Testing

@testable import Tensors

/// Reinforcement learning on several ranks, against one process.
@Suite struct GRPOTests {
  private var configuration: RLConfiguration {
    var configuration = RLConfiguration(totalEpochs: 2)
    configuration.settings.groups = 8
    configuration.settings.groupSize = 8
    configuration.settings.evaluateEvery = 2
    configuration.settings.evaluationEpisodes = 7
    configuration.settings.minibatchSize = 64
    return configuration
  }

  private struct Learned: Equatable {
    let metrics: [GRPOMetrics]
    let weights: [Float]
  }

  private func learned(_ trainer: GRPOTrainer) -> Learned {
    let timeless = trainer.metrics.map { metrics in
      var metrics = metrics
      metrics.seconds = 0
      return metrics
    }
    return Learned(metrics: timeless, weights: trainer.policy.head.parameters.flatMap(\.values))
  }

  private func learned(_ ranks: Int) throws -> [Learned] {
    try ThreadRanks.run(ranks) { ranks in
      let trainer = try GRPOTrainer(ClonedPolicy.copy(), configuration)
      while !trainer.isDone { try trainer.step(among: ranks) }
      try trainer.checkState(among: ranks)
      return learned(trainer)
    }
  }

  @Test("two ranks collect the rollouts of one process, and learn the same from them, to rounding")
  func likeOne() throws {
    // Two threads split the groups as two ranks do, so that the same rows are multiplied together.
    let one = try withThreads(2) { () -> Learned in
      let trainer = try GRPOTrainer(ClonedPolicy.copy(), configuration)
      while !trainer.isDone { try trainer.step() }
      return learned(trainer)
    }
    #expect(one.metrics.contains { $0.groupsKept > 0 }, "nothing was learned")
    let two = try learned(2)
    #expect(two[1] == two[0])
    #expect(try learned(2) == two)
    #expect(two[0].metrics[0].successes == one.metrics[0].successes)
    for (mine, plain) in zip(two[0].metrics, one.metrics) {
      #expect(mine.groupsKept == plain.groupsKept && mine.steps == plain.steps)
      #expect(abs(mine.clipFraction - plain.clipFraction) < 1e-3)
      #expect(abs(mine.approximateKL - plain.approximateKL) < 1e-5)
      #expect(abs((mine.entropy ?? 0) - (plain.entropy ?? 0)) < 1e-3)
      #expect(abs((mine.startKL ?? 0) - (plain.startKL ?? 0)) < 1e-4)
      #expect(mine.greedySuccess == plain.greedySuccess)
    }
    let start = try ClonedPolicy.copy().head.parameters.flatMap(\.values)
    func distance(_ a: [Float], _ b: [Float]) -> Float {
      zip(a, b).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    #expect(distance(two[0].weights, one.weights) < 2e-2 * distance(one.weights, start))
  }

  @Test("ranks without a group of their own take part all the same")
  func moreRanksThanGroups() throws {
    let nine = try learned(9)
    #expect(nine.allSatisfy { $0 == nine[0] })
    #expect(nine[0].metrics[0].successes == (try learned(1))[0].metrics[0].successes)
  }
}
