// Lesson 10 · Learning from outcomes
// About 60 s on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Tabletop
import Tensors

let idea = """
  A policy cloned from three demonstrations gets there in one layout of three. Nobody shows it any more.
  From here on it only tries, eight times from each of 32 starts, and is told how each try ended: 1
  or 0. What the better tries of a start did becomes likelier, what the worse did less so.

  The aha: a 0/1 reward is enough, IF some tries succeed. What is learned is the difference between
  tries of the same start. Where all eight end alike there is none: the group is dropped. That is why
  a policy that never succeeds learns nothing at all, however long it tries. Imitation has to bring it
  off the ground; outcomes take it up from there.

  SimpleVLA-RL did this with a VLA of seven billion numbers: one demonstration a task, then RL, and
  success on LIBERO-Long went from 17 to 92 of 100.
  """

// Knobs: change one, run again.
let demonstrationCounts = [3, 10]
let cloningSteps = 1000  // batches of 64 time steps
let iterations = 100  // of trying and learning
let groups = 32  // starts in an iteration
let groupSize = 8  // G: tries of each start
let temperature: Float = 1  // T: how boldly it tries
let learningRate: Float = 1e-3
let episodes = 200  // held-out layouts to judge by
let hopelessIterations = 3  // for a policy that was never shown anything

Lesson.run(10, "Learning from outcomes", idea: idea) { lesson in
  func makePolicy() throws -> VLA {
    var random = SeededRandom(seed: lesson.seed)
    return try VLA(backbone: try .bundled(), statistics: try .bundled(), using: &random)
  }
  var settings = GRPOSettings()
  (settings.iterations, settings.seed) = (iterations, lesson.seed)
  (settings.groups, settings.groupSize) = (groups, groupSize)
  (settings.temperature, settings.learningRate) = (temperature, learningRate)
  settings.evaluationEpisodes = episodes

  lesson.heading("What one try is worth")
  for successes in [0, 1, 4, 8] {
    let group = GroupAdvantage(rewards: (0..<8).map { $0 < successes ? 1 : 0 })
    let (success, failure) = (group.advantages[0], group.advantages[7])
    lesson.say(
      "\(successes) of 8 succeed: "
        + (group.hasSignal
          ? String(format: "each success %+.2f, each failure %+.2f", success, failure)
          : "nothing to compare"))
  }

  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  for count in demonstrationCounts {
    lesson.heading("Imitation: \(count) demonstrations")
    let policy = try makePolicy()
    let examples = try CloningExamples(Array(demonstrations.prefix(count)), for: policy)
    let cloning = BehaviorCloning(policy, on: examples, steps: cloningSteps, seed: lesson.seed)
    for _ in 0..<cloningSteps { cloning.step() }
    let trainer = try GRPOTrainer(policy, in: TabletopEnvironment(), settings)
    let before = try trainer.evaluate()
    let suffix = count == demonstrationCounts.last ? "" : "\(count)"
    lesson.result("successBefore" + suffix, before.rate, "cloned, on new layouts: \(before)")

    lesson.heading("Outcomes: \(iterations) iterations of \(groups) × \(groupSize) tries")
    var display = LearningDisplay()
    while !trainer.isDone {
      let metrics = try trainer.step()
      display.show(
        metrics.iteration, of: iterations, successes: metrics.successes, groupSize: groupSize,
        curve: trainer.metrics.map(\.success),
        note: String(format: "%.2f of the tokens clipped", metrics.clipFraction))
    }
    display.clear()
    let shown = trainer.metrics.filter { $0.greedySuccess != nil || $0.iteration == 1 }
    lesson.table(
      columns: ["iteration", "starts", "kept", "tries", "KL", "entropy", "greedy"],
      rows: shown.map { metrics in
        let numbers = [metrics.success, metrics.startKL, metrics.entropy, metrics.greedySuccess]
        return ["\(metrics.iteration)", Sparkline.histogram(metrics.histogram)]
          + ["\(metrics.groupsKept)"]
          + numbers.map { $0.map { String(format: "%.2f", $0) } ?? "" }
      })
    let after = try trainer.evaluate()
    lesson.result("successAfter" + suffix, after.rate, "after \(iterations) iterations: \(after)")
    let greedy = shown.map { (iteration: $0.iteration, success: $0.greedySuccess ?? .nan) }
    try lesson.chart(
      .learning(
        "Learning from outcomes after \(count) demonstrations",
        sampled: trainer.metrics.map(\.success), greedy: [(0, before.rate)] + greedy,
        iterations: iterations), as: "outcomes-\(count).png")
  }
  lesson.say(
    "“starts”: a bar each for those of which 0, 1, … \(groupSize) tries succeeded. “tries” is success "
      + "with drawn actions, “greedy” with the likeliest. “KL” is how far the policy went from the "
      + "cloned one, in nats a token.")
  let tries = iterations * groups * groupSize
  lesson.result("episodes", Double(tries), "tries each, and nothing but 0 or 1 told of them")

  lesson.heading("The same, without imitation")
  settings.iterations = hopelessIterations
  settings.evaluateEvery = 0
  let untrained = try makePolicy()
  let weights = untrained.head.parameters.map(\.values)
  let hopeless = try GRPOTrainer(untrained, in: TabletopEnvironment(), settings)
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
      "demonstrationCounts = [1]: why does it hardly get off the ground?",
      "Exercise: in GroupAdvantage.swift, do not divide by the deviation. Which groups weigh more now?",
    ])
}
