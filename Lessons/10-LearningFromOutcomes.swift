// Lesson 10 · Learning from outcomes
// About 60 s on 2 cores.

import Blackboard
import NanoVLA
import Tabletop
import Tensors

let idea = """
  A policy cloned from three demonstrations succeeds on one layout of three. From here on it only
  acts: eight rollouts from each of 32 initial states, with reward 1 or 0. A policy gradient makes
  the actions of the better rollouts of a group more probable. The aha: a 0/1 reward is enough, if
  some rollouts succeed. If none does, there is no signal: imitation comes first.
  """

// Knobs: change one, run again.
let demonstrationCounts = [3, 10]
let cloningSteps = 1000  // batches of 64 time steps
var settings = GRPOSettings()  // and more, such as settings.learningRate
settings.iterations = 100  // of rollouts and learning
settings.groups = 32  // initial states per iteration
settings.groupSize = 8  // G, rollouts of each initial state
settings.temperature = 1  // T of sampling
settings.clipHigh = 0.28  // trust region: the largest gain is at a ratio of 1 + this
settings.evaluationEpisodes = 200  // held-out layouts

Lesson.run(10, "Learning from outcomes", idea: idea) { lesson in
  settings.seed = lesson.seed
  let (G, temperature) = (settings.groupSize, settings.temperature)

  lesson.heading("The advantage of a rollout in its group of \(G)")
  lesson.table(
    columns: ["successes", "advantage of a success", "of a failure"],
    rows: [0, 1, G / 2, G].map { successes in
      let group = GroupAdvantage(rewards: (0..<G).map { $0 < successes ? 1 : 0 })
      guard group.hasSignal else { return [successes, "no signal", "no signal"] }
      return [successes] + [0, G - 1].map { Terminal.signed(group.advantages[$0]) }
    })

  /// A policy cloned from the first `count` demonstrations; with 0 of them it is untrained.
  func clone(_ count: Int) throws -> VLA {
    var random = SeededRandom(seed: lesson.seed)
    let policy = try VLA(backbone: .bundled(), statistics: .bundled(), using: &random)
    guard count > 0 else { return policy }
    let demonstrations = try DemonstrationDataset.bundled().demonstrations.prefix(count)
    let examples = try CloningExamples(Array(demonstrations), for: policy)
    let cloning = BehaviorCloning(policy, on: examples, steps: cloningSteps, seed: lesson.seed)
    lesson.repeating(cloningSteps, "cloning") { cloning.step() }
    return policy
  }

  lesson.heading("One update, from rollouts to the loss")
  let environment = TabletopEnvironment()
  let policy = try clone(demonstrationCounts[0])
  let head = policy.head as! TokenHead
  var random = SeededRandom(seed: lesson.seed)
  let seeds = (0..<settings.groups).map { _ in environment.practiceSeed(using: &random) }
  let rollouts = GroupRollouts(in: environment, groupSize: G, temperature: temperature)
  let groups = try rollouts(policy, head, seeds: seeds, draw: 0).filter(\.hasSignal)
  if !groups.isEmpty {
    lesson.trace("\(groups.count) groups with signal to one loss") {
      let all = Experience(joining: groups, statistics: policy.statistics)
      let new = head.logProbabilities(of: all.bins, for: all.states, temperature: temperature)
      _ = ClippedObjective(clipHigh: settings.clipHigh)(
        new: new, old: all.logProbabilities, advantages: all.advantages, mask: all.mask)
    }
  }
  lesson.say("The ratio is 1 until the first update; later a token gains nothing beyond the clip.")

  for count in demonstrationCounts {
    lesson.heading("\(count) demonstrations, then \(settings.iterations) iterations of GRPO")
    let trainer = try GRPOTrainer(clone(count), in: environment, settings)
    let before = try trainer.evaluate()
    let suffix = count == demonstrationCounts.last ? "" : "\(count)"
    lesson.result("successBefore" + suffix, before.rate, "cloned, on held-out layouts: \(before)")
    try lesson.repeating(settings.iterations, "learning") { try trainer.step() }
    let after = try trainer.evaluate()
    let verdict = after.rate > before.rate ? "outcomes alone raised it" : "NOT raised: any signal?"
    lesson.result("successAfter" + suffix, after.rate, "after learning: \(after), \(verdict)")
    let shown = trainer.metrics.filter { $0.greedySuccess != nil || $0.iteration == 1 }
    lesson.table(
      columns: ["iteration", "groups", "with signal", "sampled", "KL", "entropy", "greedy"],
      rows: shown.map {
        [$0.iteration, Sparkline.histogram($0.histogram), $0.groupsKept]
          + [$0.success, $0.startKL, $0.entropy, $0.greedySuccess]
      })
    let sampled = trainer.metrics.map(\.success)
    let greedy = [(0, before.rate)] + shown.map { ($0.iteration, $0.greedySuccess ?? .nan) }
    try lesson.chart(
      .learning("After \(count) demonstrations", sampled: sampled, greedy: greedy),
      as: "outcomes-\(count).png")
  }
  lesson.result("episodes", settings.iterations * settings.groups * G, "rollouts with one bit each")
  lesson.say(
    "“groups”: with 0, 1, … \(G) successes; KL (from the cloned policy), entropy: nats per token.")

  lesson.heading("The same without imitation")
  (settings.iterations, settings.evaluateEvery) = (3, 0)
  let trainer = try GRPOTrainer(clone(0), in: environment, settings)
  let weights = trainer.policy.head.parameters.map(\.values)
  while !trainer.isDone { try trainer.step() }
  let isUnchanged = trainer.policy.head.parameters.map(\.values) == weights
  lesson.result(
    "groupsKeptUntrained", trainer.metrics.reduce(0) { $0 + $1.groupsKept },
    "groups have signal; \(isUnchanged ? "not one weight has changed" : "the weights changed")")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/10-Reinforcement/GRPOTrainer.swift",
      "Sources/NanoVLA/10-Reinforcement/GroupAdvantage.swift",
      "Sources/NanoVLA/10-Reinforcement/ClippedObjective.swift",
    ],
    tryThis: [
      "settings.temperature = 0.3: rollouts of a group are more alike. How many have signal?",
      "demonstrationCounts = [1]: how many iterations pass before many groups have signal?",
      "Exercise: in GroupAdvantage.swift, do not divide by the deviation. Solved if the first table "
        + "shows +0.875 and -0.125 for one success of eight. (Tests: --filter GroupAdvantageTests.)",
    ], theFieldCallsIt: "policy gradient, REINFORCE, GRPO, PPO's clipped objective, sparse rewards")
}
