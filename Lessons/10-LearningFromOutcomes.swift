// Lesson 10 · Learning from outcomes
// About 60 s on 2 cores.

import Blackboard
import Foundation
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
let iterations = 100  // of rollouts and learning
let groups = 32  // initial states per iteration
let groupSize = 8  // G, rollouts of each initial state
let temperature: Float = 1  // T of sampling
let learningRate: Float = 1e-3
let clipHigh: Float = 0.28  // trust region: the largest gain is at a ratio of 1 + this
let episodes = 200  // held-out layouts in an evaluation
let untrainedIterations = 3  // for a policy without imitation

Lesson.run(10, "Learning from outcomes", idea: idea) { lesson in
  let environment = TabletopEnvironment()
  func makePolicy() throws -> VLA {
    var random = SeededRandom(seed: lesson.seed)
    return try VLA(backbone: try .bundled(), statistics: try .bundled(), using: &random)
  }
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  func clone(_ count: Int) throws -> VLA {
    let policy = try makePolicy()
    let examples = try CloningExamples(Array(demonstrations.prefix(count)), for: policy)
    let cloning = BehaviorCloning(policy, on: examples, steps: cloningSteps, seed: lesson.seed)
    lesson.repeating(cloningSteps, "cloning") { cloning.step() }
    return policy
  }
  var settings = GRPOSettings()
  (settings.iterations, settings.seed) = (iterations, lesson.seed)
  (settings.groups, settings.groupSize) = (groups, groupSize)
  (settings.temperature, settings.learningRate) = (temperature, learningRate)
  (settings.clipHigh, settings.evaluationEpisodes) = (clipHigh, episodes)

  lesson.heading("The advantage of a rollout in its group of \(groupSize)")
  lesson.table(
    columns: ["successes", "advantage of a success", "of a failure"],
    rows: [0, 1, groupSize / 2, groupSize].map { successes in
      let group = GroupAdvantage(rewards: (0..<groupSize).map { $0 < successes ? 1 : 0 })
      guard group.hasSignal else { return [successes, "no signal", "no signal"] }
      return [successes] + [0, groupSize - 1].map { Terminal.signed(group.advantages[$0]) }
    })

  lesson.heading("One update, from rollouts to the loss")
  let first = try clone(demonstrationCounts[0])
  let head = first.head as! TokenHead
  var random = SeededRandom(seed: lesson.seed)
  let collected = try GroupRollouts(
    in: environment, groupSize: groupSize, temperature: temperature)(
      first, head, seeds: (0..<groups).map { _ in environment.practiceSeed(using: &random) },
      draw: 0
    ).filter(\.hasSignal)
  if !collected.isEmpty {
    lesson.trace("\(collected.count) groups with signal to one loss") {
      let decided = Experience(joining: collected, statistics: first.statistics)
      let now = head.logProbabilities(
        of: decided.bins, for: decided.states, temperature: temperature)
      _ = ClippedObjective(clipHigh: clipHigh)(
        new: now, old: decided.logProbabilities, advantages: decided.advantages,
        mask: decided.mask)
    }
    lesson.say(
      "The importance ratio is 1 until the first update. Then it is clipped: beyond the trust region "
        + "a token gains nothing more. There is no KL penalty; the KL divergence is only measured.")
  }

  var gains: [Double] = []
  for count in demonstrationCounts {
    lesson.heading("\(count) demonstrations, then \(iterations) iterations of GRPO")
    let trainer = try GRPOTrainer(clone(count), in: environment, settings)
    let before = try trainer.evaluate()
    let suffix = count == demonstrationCounts.last ? "" : "\(count)"
    lesson.result("successBefore" + suffix, before.rate, "cloned, on held-out layouts: \(before)")
    var display = LearningDisplay()
    while !trainer.isDone {
      let metrics = try trainer.step()
      display.show(
        metrics.iteration, of: iterations, successes: metrics.successes, groupSize: groupSize,
        curve: trainer.metrics.map(\.success),
        note: String(format: "%.2f of the tokens at the clip", metrics.clipFraction))
    }
    display.clear()
    let shown = trainer.metrics.filter { $0.greedySuccess != nil || $0.iteration == 1 }
    lesson.table(
      columns: ["iteration", "groups", "with signal", "sampled", "KL", "entropy", "greedy"],
      rows: shown.map { metrics in
        let numbers = [metrics.success, metrics.startKL, metrics.entropy, metrics.greedySuccess]
        return ["\(metrics.iteration)", Sparkline.histogram(metrics.histogram)]
          + ["\(metrics.groupsKept)"]
          + numbers.map { $0.map { String(format: "%.2f", $0) } ?? "" }
      })
    let after = try trainer.evaluate()
    lesson.result("successAfter" + suffix, after.rate, "after \(iterations) iterations: \(after)")
    gains.append(after.rate - before.rate)
    let greedy = shown.map { (iteration: $0.iteration, success: $0.greedySuccess ?? .nan) }
    try lesson.chart(
      .learning(
        "Learning from outcomes after \(count) demonstrations",
        sampled: trainer.metrics.map(\.success), greedy: [(0, before.rate)] + greedy,
        iterations: iterations), as: "outcomes-\(count).png")
  }
  lesson.result(
    "episodes", Double(iterations * groups * groupSize), "rollouts each, with one bit of feedback")
  lesson.say(
    "“groups” has a bar for the groups with 0, 1, … \(groupSize) successes; “sampled” and “greedy” are "
      + "success rates; KL (from the cloned policy) and entropy are in nats per token. Expected with "
      + "seed 0: .33 before and .89 after with 3 demonstrations, .92 and .96 with 10, each ± .07. "
      + (gains.allSatisfy { $0 > 0 }
        ? "Outcomes alone raised success each time."
        : "Not every run gained: compare the column “with signal”."))

  lesson.heading("The same without imitation")
  settings.iterations = untrainedIterations
  settings.evaluateEvery = 0
  let untrained = try makePolicy()
  let weights = untrained.head.parameters.map(\.values)
  let trainer = try GRPOTrainer(untrained, in: environment, settings)
  while !trainer.isDone { try trainer.step() }
  let kept = trainer.metrics.reduce(0) { $0 + $1.groupsKept }
  let isUnchanged = untrained.head.parameters.map(\.values) == weights
  lesson.result(
    "groupsKeptUntrained", Double(kept),
    "of \(untrainedIterations * groups) groups have signal; "
      + (isUnchanged ? "not one weight has changed" : "a lucky rollout changed the weights"))

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/10-Reinforcement/GRPOTrainer.swift",
      "Sources/NanoVLA/10-Reinforcement/GroupAdvantage.swift",
      "Sources/NanoVLA/10-Reinforcement/ClippedObjective.swift",
    ],
    tryThis: [
      "temperature = 0.3: rollouts of a group are more alike. How many groups have signal?",
      "demonstrationCounts = [1]: how many iterations pass before many groups have signal?",
      "Exercise: in GroupAdvantage.swift, do not divide by the deviation. Solved if the first table "
        + "shows +0.88 and −0.13 for one success of eight.",
    ])
}
