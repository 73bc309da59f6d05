import Tabletop
import Tensors
import Testing

@Suite struct ExpertTests {
  @Test(
    "Without noise the expert solves every layout of every suite",
    arguments: Tabletop.Suite.allCases)
  func solvesEverything(suite: Tabletop.Suite) {
    let outcomes = (0..<600).map { play(suite, seed: UInt64($0), noise: 0) }
    let failed = outcomes.indices.filter { outcomes[$0].outcome != .success }
    print(suite, outcomes.map(\.steps).reduce(0, +) / 600, outcomes.map(\.steps).max()!)
    #expect(failed.isEmpty)
  }

  @Test("With noise 0.05 it solves at least 95 of 100", arguments: Tabletop.Suite.allCases)
  func toleratesNoise(suite: Tabletop.Suite) {
    for noise: Float in [0.05, 0.1, 0.15, 0.2] {
    let successes = (0..<600).filter {
      play(suite, seed: UInt64($0), noise: noise).outcome == .success
    }
    let r = (0..<600).filter { Demonstration.record(suite: suite, seed: $0, noise: noise, flips: 0.02) != nil }.count
    print(suite, noise, Double(successes.count) / 600, Double(r)/600)
    if noise == 0.05 { #expect(successes.count >= 570) }
    }
  }

  private func play(
    _ suite: Tabletop.Suite, seed: UInt64, noise: Float
  ) -> (outcome: Outcome, steps: Int) {
    let start = suite.makeEpisodeStart(seed: seed)
    var world = TabletopWorld(scene: start.scene, task: start.task, horizon: suite.horizon)
    var random = SeededRandom(seed: seed + 77)
    while world.outcome == .running {
      var action = Expert.action(for: world)
      action[0] += noise * 0.2 * random.normal()
      action[1] += noise * 0.2 * random.normal()
      action[2] += noise * 0.3 * random.normal()
      world.step(action)
    }
    return (world.outcome, world.stepCount)
  }
}
