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
let advantage = groupRelative  // the part to replace: leaveOneOut, or your own

/// How much better each rollout of a group was than the group's mean, in standard deviations.
func groupRelative(_ rewards: [Float]) -> [Float] { GroupAdvantage(rewards: rewards).advantages }

/// How much better each rollout was than the mean of the others (RLOO, Ahmadian et al. 2024).
func leaveOneOut(_ rewards: [Float]) -> [Float] {
  let sum = rewards.reduce(0, +)
  return rewards.map { $0 - (sum - $0) / Float(rewards.count - 1) }
}

Lesson.run(12, "nanoVLA", idea: idea, flags: ["--pretrain"]) { lesson in
  var random = SeededRandom(seed: lesson.seed)

  lesson.heading("A backbone that grounds instructions (lessons 1 to 3)")
  let pretrains = lesson.flags.contains("--pretrain")
  let backbone = try pretrains ? ToyVLM(using: &random) : .bundled()
  if pretrains {
    let pretraining = GroundingPretraining(backbone, steps: pretrainingSteps, seed: lesson.seed)
    lesson.repeating(pretrainingSteps, "pre-training") { pretraining.step() }
  }
  let pointing = backbone.pointingError().object
  lesson.result("pointing", pointing, "mean distance to the named object (table widths)")

  lesson.heading("A head that chooses action tokens (lesson 4)")
  let recipe = CloningRecipe(for: suite, demonstrations: demonstrationCount)
  let recorded = try recipe.demonstrations(for: backbone)
  let statistics = try ActionStatistics(
    of: recorded.flatMap(\.actions).map { RobotAction($0) }, in: .tabletop,
    trajectories: recorded.count)
  let head = TokenHead(
    .init(bins: bins),
    for: .init(
      inputs: backbone.stateWidth(usesProprioception: true), chunk: recipe.chunk,
      space: .tabletop),
    using: &random)
  let policy = try VLA(
    backbone: backbone, space: .tabletop, statistics: statistics, head: head,
    usesProprioception: true)
  let first = recorded[0]
  lesson.say("“\(first.instruction)”:")
  _ = try lesson.trace("from an image to an action", skipping: TransformerBlock.insides) {
    try policy.predictAction(
      first.frames[0], instruction: first.instruction, proprioception: first.proprioception[0])
  }
  lesson.result("parameters", Double(policy.parameterCount), "values in the whole policy")
  lesson.result("trained", Double(head.parameterCount), "of them trained from here on, the head's")

  /// The success rate of greedy actions on held-out layouts.
  func measure(
    _ name: String, _ meaning: String, _ control: TabletopEnvironment.Control = .none
  ) throws -> Double {
    let closedLoop = ClosedLoop(
      in: TabletopEnvironment(suite, control: control), executionHorizon: head.chunk)
    let success = SuccessRate(of: try closedLoop(policy, seeds: Suite.heldOutSeeds(episodes)))
    lesson.result(name, success.rate, "\(meaning): \(success)")
    return success.rate
  }

  lesson.heading("Imitate the expert (lessons 5 and 6)")
  let examples = try CloningExamples(recorded, for: policy)
  lesson.say("\(recorded.count) demonstrations, \(examples.count) time steps:")
  let cloning = AdamW(head.parameters, weightDecay: recipe.weightDecay)
  let cloningRate = Schedule(peak: recipe.learningRate, warmup: 20, steps: recipe.steps)
  var losses: [Float] = []
  for step in 1...recipe.steps {
    let batch = (0..<64).map { _ in random.integer(below: examples.count) }
    let loss = head.loss(
      examples.states.rows(at: batch),  // [all, S] → [N, S]
      examples.expert.rows(at: batch), using: &random)
    loss.backward()
    cloning.step(learningRate: cloningRate(step - 1), maximumNorm: 1)
    losses.append(loss.item)
    lesson.progress(step, of: recipe.steps, "cloning, loss \(Terminal.number(Double(loss.item)))")
  }
  lesson.result(
    "firstLoss", losses[0], "first loss; ln(\(bins)) = \(Terminal.number(log(Double(bins))))")
  lesson.result("lastLoss", losses[losses.count - 1], "last loss")
  if losses[losses.count - 1] > losses[0] / 2 {
    lesson.say("The loss has hardly fallen: is backward() called, and is the learning rate right?")
  }
  let cloned = try measure("successCloned", "cloned")

  lesson.heading("Learn from outcomes (lesson 10)")
  let rollouts = GroupRollouts(in: TabletopEnvironment(suite), groupSize: groupSize)
  let objective = ClippedObjective()
  let improving = AdamW(head.parameters, weightDecay: 0)
  let rate = Schedule(peak: learningRate, steps: iterations, floor: 0.1)
  let perIteration = statesPerIteration * groupSize
  var display = LearningDisplay()
  var curve: [Double] = []
  for iteration in 1...iterations {
    let seeds = (0..<statesPerIteration).map { _ in Suite.practiceSeed(using: &random) }
    let groups = try rollouts(policy, head, seeds: seeds, draw: random.next())
    let withSignal = groups.filter(\.hasSignal)  // some rollouts succeeded and some did not
    if !withSignal.isEmpty {
      let experience = Experience(
        joining: withSignal, statistics: statistics, advantages: advantage)
      for batch in experience.batches(of: 256, using: &random) {
        let result = objective(
          new: head.logProbabilities(of: batch.bins, for: batch.states, temperature: 1),
          old: batch.logProbabilities, advantages: batch.advantages, mask: batch.mask)
        result.loss.backward()
        improving.step(learningRate: rate(iteration - 1), maximumNorm: 1)
      }
    }
    curve.append(Double(groups.map(\.successes).reduce(0, +)) / Double(perIteration))
    display.show(
      iteration, of: iterations, successes: groups.map(\.successes), groupSize: groupSize,
      curve: curve, note: "\(iteration * perIteration) rollouts so far")
  }
  display.clear()
  try lesson.chart(
    .learning("Learning from outcomes", sampled: curve, greedy: [], iterations: iterations),
    as: "learning.png")
  let improved = try measure(
    "successImproved", "after \(iterations * perIteration) rollouts, each with a reward of 0 or 1")
  lesson.say(
    improved > cloned + 0.1
      ? "The 0/1 outcomes have improved the cloned policy by \(Terminal.number(improved - cloned))."
      : "The outcomes have not clearly improved the cloned policy. Do some rollouts of a group succeed "
        + "and others fail? Only such groups have signal.")

  lesson.heading("Ablations: does it use the image and the instruction?")
  _ = try measure("successBlankImage", "with a blank image", .blankImage)
  _ = try measure("successNamedOther", "with another task of the same scene", .otherInstruction)
  let shown = try ClosedLoop(
    in: TabletopEnvironment(suite), executionHorizon: head.chunk, keepsRecord: true)(
      policy, seeds: Suite.heldOutSeeds(60))
  let tasks = Dictionary(grouping: shown, by: \.instruction).sorted { $0.key < $1.key }
    .prefix(8).map { $0.value[0] }  // the first episode of each instruction
  try lesson.save(
    .contactSheet(episodes: tasks.map { ("\($0.instruction): \($0.ending.name)", $0.frames) }),
    as: "nanovla.png", "One episode per task, row by row")
  try policy.write(to: lesson.output(named: "nanovla"), dataset: suite.dataset)
  lesson.say("More episodes: nanovla evaluate --policy nanovla-output/nanovla")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/5-Cloning/VLA.swift", "Sources/NanoVLA/3-Fusion/ToyVLM.swift",
      "Sources/VLMs/Registry/VLA+FromVLM.swift",
    ],
    tryThis: [
      "suite = .long, tasks of two steps: how many demonstrations does it need?",
      "Replace the backbone: in ToyVLM.swift give the fusion depth 1 or 3 instead of 2, then run "
        + "`nanovla-lesson 12 --pretrain`: the bundled weights no longer fit, so it must be trained.",
      "Exercise: advantage = leaveOneOut. successImproved should again reach 0.85 or more. Then write "
        + "an advantage of your own, such as the rewards themselves: what does a baseline change?",
    ])
}
