// Lesson 10 · Learning from outcomes
// About 25 s on 2 cores.
//
// A policy cloned from ten demonstrations gets there about half of the time. Nobody shows it any more.
// From here on it only tries, eight times from each of 32 starts, and is told how each try
// ended: 1 or 0. What the better tries of a start did becomes likelier, what the worse did less so.
//
// The aha: a 0/1 reward is enough, IF some tries succeed. What is learned is the difference between
// tries of the same start. Where all eight end alike there is none: the group is dropped. That is why
// a policy that never succeeds learns nothing at all, however long it tries. Imitation has to bring it
// off the ground; outcomes take it up from there.
//
// SimpleVLA-RL did this with a VLA of seven billion numbers: one demonstration a task, then RL, and
// success on LIBERO-Long went from 17 to 92 of 100.

import Blackboard
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors

// Knobs: change one, run again.
let demonstrationCount = 10
let cloningSteps = 1000  // batches of 64 time steps
let iterations = 100  // of trying and learning
let groups = 32  // starts in an iteration
let groupSize = 8  // G: tries of each start
let temperature: Float = 1  // T: how boldly it tries
let learningRate: Float = 1e-3
let episodes = 200  // held-out layouts to judge by
let hopelessIterations = 3  // for a policy that was never shown anything

Lesson.run(10, "Learning from outcomes", file: #filePath) { lesson in
  var random = SeededRandom(seed: lesson.seed)
  func makePolicy() throws -> VLA {
    try VLA(backbone: try .bundled(), statistics: try .bundled(), using: &random)
  }
  var configuration = RLConfiguration(totalEpochs: iterations, seed: lesson.seed)
  (configuration.groups, configuration.groupSize) = (groups, groupSize)
  (configuration.temperature, configuration.learningRate) = (temperature, learningRate)
  configuration.evaluationEpisodes = episodes

  lesson.heading("What one try is worth")
  for successes in [0, 1, 4, 8] {
    let group = GroupAdvantage(rewards: (0..<8).map { $0 < successes ? 1 : 0 })
    let worth = String(
      format: "each success %+.2f, each failure %+.2f", group.advantages[0], group.advantages[7])
    lesson.say("\(successes) of 8 succeed: \(group.teaches ? worth : "nothing to compare")")
  }

  lesson.heading("Imitation: \(demonstrationCount) demonstrations")
  let policy = try makePolicy()
  let demonstrations = try DemonstrationDataset.bundled().demonstrations.prefix(demonstrationCount)
  let examples = try CloningExamples(Array(demonstrations), for: policy)
  let cloning = BehaviorCloning(policy, on: examples, steps: cloningSteps, seed: lesson.seed)
  for _ in 0..<cloningSteps { cloning.step() }
  let trainer = try GRPOTrainer(policy, configuration)
  let before = try trainer.evaluate()
  lesson.result("successBefore", before.rate, "cloned, on new layouts: \(before)")

  lesson.heading("Outcomes: \(iterations) iterations of \(groups) × \(groupSize) tries")
  var display = LearningDisplay()
  while !trainer.isDone {
    let metrics = try trainer.step()
    display.show(
      metrics.iteration, of: iterations, successes: metrics.successes, size: groupSize,
      curve: trainer.metrics.map(\.success),
      note: String(format: "%.2f of the tokens clipped", metrics.clipFraction))
  }
  display.clear()
  let shown = trainer.metrics.filter { $0.greedySuccess != nil || $0.iteration == 1 }
  lesson.table(
    columns: ["iteration", "tries", "starts", "kept", "KL", "entropy", "greedy"],
    rows: shown.map { metrics in
      let numbers = [metrics.startKL, metrics.entropy, metrics.greedySuccess]
      return ["\(metrics.iteration)", String(format: "%.2f", metrics.success)]
        + [Sparkline.histogram(metrics.histogram), "\(metrics.groupsKept)"]
        + numbers.map { $0.map { String(format: "%.2f", $0) } ?? "" }
    })
  lesson.say(
    "“tries” is success with drawn actions, “greedy” with the likeliest; the small bars count the "
      + "starts of which 0, 1, … \(groupSize) tries succeeded; “KL” is how far the policy went from "
      + "the cloned one, in nats a token.")
  let after = try trainer.evaluate()
  lesson.result("successAfter", after.rate, "after \(iterations) iterations: \(after)")
  let tries = trainer.metrics.reduce(0) { $0 + $1.episodes }
  lesson.result("episodes", Double(tries), "tries, and nothing but 0 or 1 told of each")
  let greedy = shown.compactMap { metrics in
    metrics.greedySuccess.map { (iteration: metrics.iteration, success: $0) }
  }
  try LineChart.learning(
    drawn: trainer.metrics.map(\.success), likeliest: [(0, before.rate)] + greedy,
    iterations: iterations
  ).image().writePNG(to: lesson.output(named: "learning-from-outcomes.png"))
  lesson.say("The curve: nanovla-output/learning-from-outcomes.png. Blue: drawn; red: likeliest.")

  lesson.heading("The same, without imitation")
  configuration.totalEpochs = hopelessIterations
  configuration.evaluateEvery = 0
  let untrained = try makePolicy()
  let weights = untrained.head.parameters.map(\.values)
  let hopeless = try GRPOTrainer(untrained, configuration)
  while !hopeless.isDone { try hopeless.step() }
  let kept = hopeless.metrics.reduce(0) { $0 + $1.groupsKept }
  let isUnchanged = untrained.head.parameters.map(\.values) == weights
  lesson.result(
    "groupsKeptUntrained", Double(kept),
    "of \(hopelessIterations * groups) groups had a success to learn from; "
      + (isUnchanged ? "not one weight has changed" : "a lucky try moved its weights"))

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Reinforcement/GRPOTrainer.swift",
      "Sources/NanoVLA/Reinforcement/GroupAdvantage.swift",
      "Sources/NanoVLA/Reinforcement/ClippedObjective.swift",
    ],
    tryThis: [
      "temperature = 0.3: tries of one start are more alike. How many groups are kept?",
      "groupSize = 2, groups = 128: as many tries. Why does it learn more slowly?",
      "Exercise: in GroupAdvantage.swift, do not divide by the deviation. Which groups weigh more now?",
    ])
}
