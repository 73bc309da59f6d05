// Lesson 12 · nanoVLA
// About 28 s on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Runs
import Tabletop
import Tensors

let idea = """
  A backbone grounds the instruction in the image, and a head chooses action tokens. The head first
  imitates an expert, then learns from its own successes, on eight tasks. The aha: everything above
  is 150 lines of glue. No trainer is called: both training loops are written out here, and each
  part is a file of about a hundred lines that you can replace.
  """

// Knobs: change one, run again.
let suite = Suite.goal  // .object, .spatial, .goal or .long: the tasks
let demonstrationCount = 40  // about five per task
let bins = 32  // action tokens per dimension
let iterations = 100  // of rollouts and learning from them
let statesPerIteration = 32  // initial states, each with one group of rollouts
let groupSize = 8  // G, rollouts of one initial state
let learningRate: Float = 1e-3  // for learning from outcomes
let episodes = 200  // held-out layouts for each success rate
let pretrainingSteps = 4000  // with --pretrain; the bundled backbone was trained for 32,000

/// How much better each rollout of a group was than the group's mean, in standard deviations.
func advantage(_ rewards: [Float]) -> [Float] { GroupAdvantage(rewards: rewards).advantages }

Lesson.run(12, "nanoVLA", idea: idea, flags: ["--pretrain"]) { lesson in
  var random = SeededRandom(seed: lesson.seed)

  lesson.heading("A backbone that grounds instructions (lessons 1 to 3)")
  let pretrains = lesson.flags.contains("--pretrain")
  let backbone = try pretrains ? ToyVLM(using: &random) : .bundled()
  if pretrains {
    let pretraining = GroundingPretraining(backbone, steps: pretrainingSteps, seed: lesson.seed)
    lesson.repeating(pretrainingSteps, "pre-training") { pretraining.step() }
  }
  lesson.result(
    "pointing", backbone.pointingError().object, "mean distance to the named object (table widths)")

  lesson.heading("A head that chooses action tokens (lesson 4)")
  let recipe = CloningRecipe(for: suite, demonstrations: demonstrationCount)
  let recorded = try recipe.demonstrations(for: backbone)
  let statistics = try ActionStatistics(of: recorded)
  let policy = try VLA(
    backbone: backbone, statistics: statistics, head: .tokens(bins: bins), chunk: recipe.chunk,
    using: &random)
  let head = policy.head as! TokenHead
  let shown = recorded[0]
  _ = try lesson.trace("“\(shown.instruction)”", skipping: TransformerBlock.insides) {
    try policy.predictAction(
      shown.frames[0], instruction: shown.instruction, proprioception: shown.proprioception[0])
  }
  lesson.result("parameters", policy.parameterCount, "values in the whole policy")
  lesson.result("trained", head.parameterCount, "of them trained from here on, the head's")

  /// The success rate of greedy actions on held-out layouts, and the episodes.
  @discardableResult func measure(
    _ name: String, _ meaning: String, _ control: TabletopEnvironment.Control = .none
  ) throws -> (rate: Double, episodes: [Episode]) {
    let world = TabletopEnvironment(suite, control: control)
    let closedLoop = ClosedLoop(in: world, executionHorizon: head.chunk, keepsRecord: true)
    let shown = try closedLoop(policy, seeds: Suite.heldOutSeeds(episodes))
    let success = SuccessRate(of: shown)
    lesson.result(name, success.rate, "\(meaning): \(success)")
    return (success.rate, shown)
  }

  lesson.heading("Imitate the expert (lessons 5 and 6)")
  let examples = try CloningExamples(recorded, for: policy)
  let cloning = AdamW(head.parameters, weightDecay: recipe.weightDecay)
  let cloningRate = Schedule(peak: recipe.learningRate, warmup: 20, steps: recipe.steps)
  var losses: [Float] = []
  lesson.repeating(recipe.steps, "cloning") {
    let batch = (0..<64).map { _ in random.integer(below: examples.count) }
    let (states, expert) = (examples.states.rows(at: batch), examples.expert.rows(at: batch))
    let loss = head.loss(states, expert, using: &random)  // [N, S] → one number
    loss.backward()
    cloning.step(learningRate: cloningRate(losses.count), maximumNorm: 1)
    losses.append(loss.item)
  }
  let (first, last, ln) = (losses[0], losses[recipe.steps - 1], log(Float(bins)))
  lesson.result("firstLoss", first, "on \(examples.count) time steps; ln(\(bins)) is \(ln)")
  lesson.result("lastLoss", last, last < first / 2 ? "last loss" : "last loss: hardly fallen")
  let cloned = try measure("successCloned", "cloned").rate

  lesson.heading("Learn from outcomes (lesson 10)")
  let group = GroupRollouts(in: TabletopEnvironment(suite), groupSize: groupSize)
  let objective = ClippedObjective()
  let improving = AdamW(head.parameters, weightDecay: 0)
  let rate = Schedule(peak: learningRate, steps: iterations, floor: 0.1)
  var (display, curve) = (LearningDisplay(), [Double]())
  for iteration in 1...iterations {
    let seeds = (0..<statesPerIteration).map { _ in Suite.practiceSeed(using: &random) }
    let groups = try group(policy, head, seeds: seeds, draw: random.next())
    let withSignal = groups.filter(\.hasSignal)  // some rollouts succeeded and some did not
    if !withSignal.isEmpty {
      let all = Experience(joining: withSignal, statistics: statistics, advantages: advantage)
      for batch in all.batches(of: 256, using: &random) {
        let new = head.logProbabilities(of: batch.bins, for: batch.states, temperature: 1)
        let result = objective(
          new: new, old: batch.logProbabilities, advantages: batch.advantages, mask: batch.mask)
        result.loss.backward()
        improving.step(learningRate: rate(iteration - 1), maximumNorm: 1)
      }
    }
    let successes = groups.map(\.successes)
    curve.append(Double(successes.reduce(0, +)) / Double(statesPerIteration * groupSize))
    display.show(
      iteration, of: iterations, successes: successes, groupSize: groupSize, curve: curve)
  }
  display.clear()
  let (improved, rollouts) = try measure("successImproved", "after learning from 0/1 rewards")
  try lesson.chart(
    .learning(
      "Learning from outcomes", sampled: curve, greedy: [(0, cloned), (iterations, improved)]),
    as: "learning.png")
  lesson.say(
    improved > cloned + 0.1
      ? "The 0/1 outcomes have improved the cloned policy by \(Terminal.number(improved - cloned))."
      : "The outcomes have not clearly improved the cloned policy. Do some groups have signal?")

  lesson.heading("Ablations: does it use the image and the instruction?")
  try measure("successBlankImage", "with a blank image", .blankImage)
  try measure("successNamedOther", "with another task of the same scene", .otherInstruction)
  let tasks = Dictionary(grouping: rollouts, by: \.instruction)
  let films = tasks.sorted { $0.key < $1.key }.prefix(8)
    .map { (caption: "\($0): \($1[0].ending.name)", frames: $1[0].frames) }
  try lesson.save(
    .contactSheet(episodes: films), as: "nanovla.png", "One episode per task, row by row")
  try policy.write(to: lesson.output(named: "nanovla"), dataset: suite.dataset)
  lesson.say("More episodes: nanovla evaluate --policy nanovla-output/nanovla")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/5-Cloning/VLA.swift", "Sources/NanoVLA/3-Fusion/ToyVLM.swift",
      "Sources/VLMs/Registry/VLA+FromVLM.swift",
    ],
    tryThis: [
      "suite = .long, tasks of two steps: how many demonstrations does it need?",
      "In ToyVLM.swift give the fusion depth 3, then run `nanovla-lesson 12 --pretrain`.",
      "Exercise: write `advantage` anew, each reward minus the mean of the group's other rewards "
        + "(RLOO, Ahmadian et al. 2024). Solved if successImproved again reaches 0.85 or more.",
    ], theFieldCallsIt: "imitation learning, reinforcement learning with verifiable rewards (RLVR)")
}
