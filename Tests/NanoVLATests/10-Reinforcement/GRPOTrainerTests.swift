import Foundation
import TestSupport
import Testing

@testable import NanoVLA
@testable import Tabletop
@testable import Tensors

/// Small runs from a policy that was cloned once, for all tests here, and seldom succeeds.
@Suite(.serialized) struct GRPOTrainerTests {
  private func settings(_ iterations: Int, seed: UInt64 = 0) -> GRPOSettings {
    var settings = GRPOSettings()
    (settings.iterations, settings.seed) = (iterations, seed)
    (settings.groups, settings.groupSize, settings.evaluateEvery) = (6, 4, 0)
    settings.minibatchSize = 64
    return settings
  }

  private func weights(_ trainer: GRPOTrainer) -> [[Float]] {
    trainer.policy.parameters.map(\.values)
  }

  @Test("a few iterations raise success, and the backbone stays as it was")
  func learns() throws {
    let policy = try ClonedPolicy.copy()
    let backbone = policy.backbone.parameters.map(\.values)
    var settings = settings(12)
    (settings.groups, settings.groupSize, settings.evaluationEpisodes) = (16, 8, 200)
    let trainer = try GRPOTrainer(policy, in: TabletopEnvironment(), settings)
    let before = try trainer.evaluate().rate
    while !trainer.isDone { try trainer.step() }
    let after = try trainer.evaluate().rate
    #expect(after > before + 0.05, "\(before) → \(after)")
    #expect(policy.backbone.parameters.map(\.values) == backbone)
    let last = try #require(trainer.metrics.last)
    #expect(last.episodes == 128 && last.histogram.reduce(0, +) == 16)
    #expect((last.startKL ?? 0) > 0 && (last.entropy ?? 0) > 0)
  }

  @Test("a head whose numbers are not finite ends an iteration with the name of the first layer")
  func notFinite() throws {
    let policy = try ClonedPolicy.copy()
    let trainer = try GRPOTrainer(policy, in: TabletopEnvironment(), settings(1))
    let weight = try #require(policy.head.parameters.last)
    weight.values = weight.values.map { _ in .nan }
    let error = #expect(throws: PolicyError.self) { try trainer.step() }
    #expect(error?.description.contains("\"logits\"") == true)
    #expect(trainer.metrics.isEmpty)
  }

  @Test("the same seed gives the same weights bit for bit, another seed others")
  func deterministic() throws {
    func run(seed: UInt64) throws -> [[Float]] {
      let trainer = try GRPOTrainer(
        ClonedPolicy.copy(), in: TabletopEnvironment(), settings(2, seed: seed))
      while !trainer.isDone { try trainer.step() }
      return weights(trainer)
    }
    let first = try run(seed: 1)
    #expect(try run(seed: 1) == first)
    #expect(try run(seed: 2) != first)
  }

  @Test("a policy that never succeeds learns nothing: not one weight changes")
  func hopeless() throws {
    let policy = try ClonedPolicy.untrained()
    let trainer = try GRPOTrainer(policy, in: TabletopEnvironment(), settings(2))
    let before = weights(trainer)
    while !trainer.isDone { try trainer.step() }
    #expect(trainer.metrics.allSatisfy { $0.success == 0 && $0.groupsKept == 0 })
    #expect(weights(trainer) == before)
    #expect(trainer.optimizer.state.steps == 0)
  }

  @Test(
    "rollouts of a group begin alike, steps after the ending are masked, and rewards are 0 or 1")
  func rollouts() throws {
    let policy = try ClonedPolicy.copy()
    let head = try #require(policy.head as? TokenHead)
    let seeds: [UInt64] = [5, 6, 7]
    let groups = try GroupRollouts(in: TabletopEnvironment(), groupSize: 4)(
      policy, head, seeds: seeds, draw: 9)
    #expect(groups.map(\.seed) == seeds)
    for group in groups {
      let N = group.rollout.count
      #expect(group.states.dim(0) == N)
      #expect(group.bins.count == N * head.chunk * head.dimensions)
      #expect(group.logProbabilities.shape == [N, head.chunk, head.dimensions])
      #expect(group.mask.shape == [N, head.chunk, 1])
      for g in 0..<4 {
        let mine = group.rollout.indices.filter { group.rollout[$0] == g }
        let first = try #require(mine.first)
        let states = [first, 0].map { group.states.rows(at: [$0]).values }
        #expect(states[0] == states[1])
        let steps = mine.map { row in (0..<head.chunk).map { group.mask[row, $0, 0] } }.flatMap {
          $0
        }
        #expect(steps.reduce(0, +) == Float(group.steps[g]))
        #expect(steps == steps.sorted(by: >), "a masked step is followed by masked ones only")
        #expect(group.rewards[g] == 0 || group.rewards[g] == 1)
        if group.steps[g] < Suite.object.horizon, group.rewards[g] == 0 { continue }
        #expect(group.steps[g] <= Suite.object.horizon)
      }
    }
    let drawn = Set(groups.map(\.bins))
    #expect(drawn.count == 3)
  }

  @Test(
    "every decision has the advantage of its rollout, and what never moves is masked")
  func experience() throws {
    let policy = try ClonedPolicy.copy()
    let head = try #require(policy.head as? TokenHead)
    let groups = try GroupRollouts(in: TabletopEnvironment(), groupSize: 4)(
      policy, head, seeds: Array(0..<8), draw: 1)
    let moves = [true, true, true, false, false, false, true]  // the toy arm's wrist never does
    let all = Experience(joining: groups, statistics: policy.statistics)
    var row = 0
    for group in groups {
      let advantages = GroupAdvantage(rewards: group.rewards).advantages
      for (n, g) in group.rollout.enumerated() {
        #expect(all.advantages[row, 0, 0] == advantages[g])
        for k in 0..<2 {
          for a in 0..<7 { #expect(all.mask[row, k, a] == (moves[a] ? group.mask[n, k, 0] : 0)) }
        }
        row += 1
      }
    }
    #expect(all.count == row)
    let part = Experience(all, at: [3, 0])
    #expect(part.states.values == all.states.rows(at: [3, 0]).values)
    #expect(part.bins == Array(all.bins[42..<56]) + Array(all.bins[0..<14]))
  }

  @Test("advantages can be computed by another rule than the group's")
  func otherAdvantages() throws {
    let policy = try ClonedPolicy.copy()
    let head = try #require(policy.head as? TokenHead)
    let groups = try GroupRollouts(in: TabletopEnvironment(), groupSize: 4)(
      policy, head, seeds: [0, 1], draw: 1)
    let all = Experience(joining: groups, statistics: policy.statistics) { rewards in
      rewards.indices.map { Float(10 * rewards.count + $0) }
    }
    #expect(all.advantages.values == groups.flatMap(\.rollout).map { Float(40 + $0) })
  }

  @Test(
    "batches hold every decision once and are alike in size", arguments: [1, 7, 30, 64, 1000])
  func batches(size: Int) throws {
    let policy = try ClonedPolicy.copy()
    let head = try #require(policy.head as? TokenHead)
    let groups = try GroupRollouts(in: TabletopEnvironment(), groupSize: 4)(
      policy, head, seeds: Array(0..<4), draw: 1)
    let all = Experience(joining: groups, statistics: policy.statistics)
    var random = SeededRandom(seed: 3)
    let batches = all.batches(of: size, using: &random)
    let counts = batches.map(\.count)
    #expect(counts.reduce(0, +) == all.count)
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    #expect(batches.count == max(1, (all.count + size / 2) / size))
    func rows(_ x: Experience) -> [[Float]] {
      (0..<x.count).map {
        Array(x.states.values[$0 * x.states.dim(1)..<($0 + 1) * x.states.dim(1)])
      }
    }
    func sorted(_ rows: [[Float]]) -> [[Float]] { rows.sorted { $0.lexicographicallyPrecedes($1) } }
    #expect(sorted(batches.flatMap(rows)) == sorted(rows(all)))
  }

  @Test("a head without probabilities is refused by name")
  func notTokens() throws {
    var random = SeededRandom(seed: 0)
    let policy = try VLA(
      backbone: .bundled(), statistics: .bundled(), head: .l1, using: &random)
    let error = #expect(throws: PolicyError.self) {
      try GRPOTrainer(policy, in: TabletopEnvironment())
    }
    #expect(error.map(\.description)?.contains("ContinuousHead") == true)
  }
}
