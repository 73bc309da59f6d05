// How reliably does reinforcement learning help? Lesson 10 over seeds, from 1 to 10 demonstrations.
//
//   swift run nanovla-lesson notebook OutcomesOverSeeds [--full] [--html outcomes.html]
//
// About 1 minute on 2 cores.

import Blackboard
import NanoVLA
import Tabletop
import Tensors

let question = """
  Lesson 10 shows one run in which a 0/1 reward raises the success rate. Is that luck? Here every
  run is repeated with several seeds, which draw the head's first weights, the initial states and
  the sampled actions. Does each run improve? How much of the difference between runs comes from the
  seed? And does reinforcement learning remove the differences between cloned policies, or enlarge
  them?
  """
let prediction = """
  Every run improves, since on-policy rollouts show exactly the states in which the policy fails.
  The gain is the largest where half of the rollouts succeed, since most groups then have a signal.
  The seeds' spread should shrink: all runs approach the same ceiling. From one demonstration most
  groups are uniform at first, so learning starts late and its spread stays the largest.
  """

Lesson.notebook("Outcomes over seeds", question: question, prediction: prediction) { lesson in

  // %% Knobs
  lesson.heading("Knobs")
  let seeds = lesson.knob("seeds", 3, full: 10, "runs for each number of demonstrations")
  let iterations = lesson.knob("iterations", 40, full: 100, "of rollouts and learning")
  let groups = lesson.knob(
    "groups", 16, full: 32, "initial states in an iteration, 8 rollouts each")
  let episodes = lesson.knob("episodes", 200, full: 500, "held-out layouts, greedy actions")
  let demonstrationCounts = [1, 3, 10]
  let cloningSteps = 1000

  // %% One run
  // A policy is cloned, then learns from outcomes alone. The seed draws everything but the
  // demonstrations and the held-out layouts, so two runs are compared on the same layouts.
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  struct Run {
    let before, after: Double
    let sampled: [Double]  // success of each iteration's rollouts
    let signal: Double  // the fraction of groups that had some, in the first ten iterations
  }
  func run(_ count: Int, seed: UInt64) throws -> Run {
    var random = SeededRandom(seed: seed)
    let policy = try VLA(backbone: .bundled(), statistics: .bundled(), using: &random)
    let examples = try CloningExamples(Array(demonstrations.prefix(count)), for: policy)
    let cloning = BehaviorCloning(policy, on: examples, steps: cloningSteps, seed: seed)
    for _ in 0..<cloningSteps { cloning.step() }
    var settings = GRPOSettings()
    (settings.iterations, settings.groups, settings.seed) = (iterations, groups, seed)
    (settings.evaluateEvery, settings.evaluationEpisodes) = (0, episodes)
    let trainer = try GRPOTrainer(policy, in: TabletopEnvironment(), settings)
    let before = try trainer.evaluate().rate
    try lesson.repeating(iterations, "\(count) demonstrations, seed \(seed)") { try trainer.step() }
    let early = trainer.metrics.prefix(10)
    return Run(
      before: before, after: try trainer.evaluate().rate, sampled: trainer.metrics.map(\.success),
      signal: Double(early.reduce(0) { $0 + $1.groupsKept }) / Double(groups * early.count))
  }

  // %% Every run
  lesson.heading("Every run: success on \(episodes) held-out layouts")
  var runs: [(count: Int, runs: [Run])] = []
  for count in demonstrationCounts {
    let each = try (0..<seeds).map { try run(count, seed: lesson.seed + UInt64($0)) }
    runs.append((count, each))
  }
  lesson.table(
    columns: [
      "demonstrations", "seed", "cloned", "after", "gain", "groups with signal", "learning",
    ],
    rows: runs.flatMap { count, each in
      each.enumerated().map { seed, run in
        [
          count, Int(lesson.seed) + seed, run.before, run.after,
          Terminal.signed(run.after - run.before, digits: 2), run.signal,
          Sparkline.curve(run.sampled, width: 20),
        ]
      }
    })
  lesson.say(
    "“groups with signal”: the fraction in the first ten iterations. “learning”: the success of "
      + "sampled actions by iteration, from 0 to 1.")

  // %% Over seeds
  // The gain is paired: both success rates are of one seed. Its interval is that of the mean gain.
  lesson.heading("Over \(seeds) seeds, with 95 % intervals")
  let summary = runs.map { count, each in
    (
      count: count, before: Estimate(each.map(\.before)), after: Estimate(each.map(\.after)),
      gain: Estimate(each.map { $0.after - $0.before }), signal: Estimate(each.map(\.signal))
    )
  }
  lesson.table(
    columns: ["demonstrations", "cloned", "after", "gain", "spread before", "spread after"],
    rows: summary.map {
      [$0.count, $0.before, $0.after, $0.gain, $0.before.deviation, $0.after.deviation]
    })
  for row in summary {
    lesson.keep("before_\(row.count)", row.before.mean)
    lesson.keep("after_\(row.count)", row.after.mean)
  }
  try lesson.chart(
    LineChart(
      "Success of sampled actions, mean of \(seeds) seeds",
      x: Axis("iteration", 0...Double(iterations)), y: .successRate,
      runs.map { count, each in
        let means = (0..<iterations).map { i in Estimate(each.map { $0.sampled[i] }).mean }
        return .init("cloned from \(count)", means, from: 1)
      }), as: "outcomes-over-seeds.png")

  // %% What came of the predictions
  lesson.heading("What came of the predictions")
  let all = runs.flatMap(\.runs)
  let improved = all.count { $0.after > $0.before }
  lesson.say("\(improved) of \(all.count) runs improved.")
  func counts(where isShown: (Double, Double) -> Bool) -> String {
    let shown = summary.filter { isShown($0.before.deviation, $0.after.deviation) }
    return shown.isEmpty ? "none" : shown.map { "\($0.count)" }.joined(separator: ", ")
  }
  lesson.say(
    "The seeds' spread shrank for these numbers of demonstrations: \(counts { $0 > $1 }); it grew "
      + "for: \(counts { $0 <= $1 }).")
  let largest = summary.max { $0.gain.mean < $1.gain.mean }!
  let signal = summary.max { $0.signal.mean < $1.signal.mean }!
  lesson.say(
    "The largest gain, \(largest.gain), is that of \(largest.count) demonstrations; most groups "
      + "with signal, \(signal.signal), are those of \(signal.count). "
      + (largest.count == signal.count
        ? "The signal is where the gain is." : "The gain is not where the most signal is."))

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/10-Reinforcement/GRPOTrainer.swift", "Lessons/10-LearningFromOutcomes.swift",
    ],
    tryThis: [
      "settings.temperature = 1.6 in `run`: more exploration. Do runs from 1 start earlier?",
      "cloningSteps = 100: a broader start. Does the spread of the seeds grow or shrink?",
    ])
}
