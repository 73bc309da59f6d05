// Lesson 12 · nanoVLA
// About 30 s on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Runs
import Tabletop
import Tensors

let idea = """
  The whole of it. A trunk that looks, reads and points. A head that chooses among bins. Doing what
  an expert did, then doing more of what went well, then counting how often it gets there. Eight
  tasks, one policy: pick up, put in the bowl, push left, push right, for either of two objects.

  The aha: everything above is 150 lines of glue. No trainer is called here: the loops of learning
  are written out, and every part in them is a file of about a hundred lines that you have read. So
  any part can be another one. Begin with the one that is marked below.

  The trunk is the bundled one. `nanovla-lesson 12 --pretrain` trains it too, from nothing.
  """

// Knobs: change one, run again.
let suite = Suite.goal  // .object, .spatial, .goal or .long: what the arm has to do
let demonstrationCount = 40  // about five for each task
let bins = 32  // tokens for each action number
let iterations = 100  // of trying and learning
let starts = 32  // in an iteration
let tries = 8  // G: of each start
let learningRate: Float = 1e-3  // from outcomes
let episodes = 200  // held-out layouts to judge by
let pretrainingSteps = 4000  // with --pretrain: batches of 32 scenes; the bundled one had 32,000

/// The part to swap: what the tries of one start are worth, as they ended (1 or 0).
let worth = comparedWithTheGroup

func comparedWithTheGroup(_ rewards: [Float]) -> [Float] {
  GroupAdvantage(rewards: rewards).advantages
}

/// REINFORCE, leaving one out: how much better than the others' mean? (Ahmadian et al. 2024, RLOO.)
func comparedWithTheOthers(_ rewards: [Float]) -> [Float] {
  let sum = rewards.reduce(0, +)
  return rewards.map { $0 - (sum - $0) / Float(rewards.count - 1) }
}

Lesson.run(12, "nanoVLA", idea: idea, flags: ["--pretrain"]) { lesson in
  var random = SeededRandom(seed: lesson.seed)

  lesson.heading("A trunk that looks, reads and points (lessons 1 to 3)")
  var trunk = try ToyVLM.bundled()
  if lesson.flags.contains("--pretrain") {
    trunk = ToyVLM(using: &random)
    let pretraining = GroundingPretraining(trunk, steps: pretrainingSteps, seed: lesson.seed)
    lesson.repeating(pretrainingSteps, "pre-training") { pretraining.step() }
  }
  lesson.result("pointing", trunk.pointingError().object, "mean distance from the named object")

  lesson.heading("A head that chooses (lesson 4)")
  let recipe = CloningRecipe(for: suite, demonstrations: demonstrationCount)
  let recorded = try recipe.demonstrations(for: trunk)
  let statistics = try ActionStatistics(
    of: recorded.flatMap(\.actions).map { RobotAction($0) }, in: .tabletop,
    trajectories: recorded.count)
  let head = TokenHead(
    inputs: trunk.stateWidth(usesProprioception: true), chunk: recipe.chunk,
    dimensions: statistics.count,
    bins: bins, using: &random)
  let policy = try VLA(
    backbone: trunk, space: .tabletop, statistics: statistics, head: head, usesProprioception: true)
  let (first, insides) = (recorded[0], TransformerBlock.insides)
  lesson.say("“\(first.instruction)”:")
  _ = try lesson.trace("from a picture to an action", skipping: insides) {
    try policy.predictAction(
      first.frames[0], instruction: first.instruction, proprioception: first.proprioception[0])
  }
  lesson.result("parameters", Double(policy.parameterCount), "numbers in the whole policy")
  lesson.result("trained", Double(head.parameterCount), "of them learn from here on, the head's")

  /// Lets the policy drive on layouts that it never learned from, by its likeliest actions.
  func measure(_ name: String, _ meaning: String, _ control: TabletopEnvironment.Control = .none)
    throws
  {
    let drive = ClosedLoop(
      in: TabletopEnvironment(suite, control: control), executionHorizon: head.chunk)
    let success = SuccessRate(of: try drive(policy, seeds: Suite.heldOutSeeds(episodes)))
    lesson.result(name, success.rate, "\(meaning): \(success)")
  }

  lesson.heading("Do what the expert did (lessons 5 and 6)")
  let examples = try CloningExamples(recorded, for: policy)
  lesson.say("\(recorded.count) demonstrations, \(examples.count) moments to learn from:")
  let cloning = AdamW(head.parameters, weightDecay: recipe.weightDecay)
  let falling = Schedule(peak: recipe.learningRate, warmup: 20, steps: recipe.steps)
  for step in 1...recipe.steps {
    let batch = (0..<64).map { _ in random.integer(below: examples.count) }
    let loss = head.loss(
      examples.states.rows(at: batch),  // [all, S] → [N, S]
      examples.expert.rows(at: batch), using: &random)
    if step == 1 { lesson.result("firstLoss", loss.item, "knowing nothing: ln \(bins)") }
    loss.backward()
    cloning.step(learningRate: falling(step - 1), maximumNorm: 1)
    lesson.progress(step, of: recipe.steps, "cloning, loss \(String(format: "%.2f", loss.item))")
  }
  try measure("successCloned", "cloned, on new layouts")

  lesson.heading("Do more of what went well (lesson 10)")
  let (rollouts, objective) = (
    GroupRollouts(in: TabletopEnvironment(suite), groupSize: tries), ClippedObjective()
  )
  let improving = AdamW(head.parameters, weightDecay: 0)
  let slower = Schedule(peak: learningRate, steps: iterations, floor: 0.1)
  var display = LearningDisplay()
  var curve: [Double] = []
  for iteration in 1...iterations {
    let seeds = (0..<starts).map { _ in Suite.practiceSeed(using: &random) }
    let groups = try rollouts(policy, head, seeds: seeds, draw: random.next())
    let telling = groups.filter(\.hasSignal)  // some tries went better than others
    if !telling.isEmpty {
      let tried = Experience(joining: telling, statistics: statistics, advantages: worth)
      for batch in tried.batches(of: 256, using: &random) {
        let result = objective(
          new: head.logProbabilities(of: batch.bins, for: batch.states, temperature: 1),
          old: batch.logProbabilities, advantages: batch.advantages, mask: batch.mask)
        result.loss.backward()
        improving.step(learningRate: slower(iteration - 1), maximumNorm: 1)
      }
    }
    curve.append(Double(groups.map(\.successes).reduce(0, +)) / Double(starts * tries))
    display.show(
      iteration, of: iterations, successes: groups.map(\.successes), groupSize: tries, curve: curve,
      note: "\(iteration * starts * tries) tries so far")
  }
  display.clear()
  let all = iterations * starts * tries
  try measure("successImproved", "improved by 0 or 1 after each of \(all) tries")

  lesson.heading("Does it look? Does it listen?")
  try measure("successBlankImage", "the camera shows an empty colour", .blankImage)
  try measure("successNamedOther", "another task of the same scene is named", .otherInstruction)
  let driven = try ClosedLoop(
    in: TabletopEnvironment(suite), executionHorizon: head.chunk, keepsRecord: true)(
      policy, seeds: Suite.heldOutSeeds(60))
  let each = Dictionary(grouping: driven, by: \.instruction).sorted { $0.key < $1.key }
    .prefix(8).map { $0.value[0] }  // the first time that each thing was asked for
  for (row, episode) in each.enumerated() {
    lesson.say("\(row + 1). “\(episode.instruction)”: \(episode.ending.name)")
  }
  try lesson.save(
    .contactSheet(episodes: each.map { ("\($0.instruction): \($0.ending.name)", $0.frames) }),
    as: "nanovla.png", "These, row by row")
  try policy.write(to: lesson.output(named: "nanovla"), dataset: suite.dataset)
  lesson.say("What does it still get wrong? nanovla evaluate --policy nanovla-output/nanovla")

  lesson.finish(
    readNext: ["Sources/NanoVLA/Policy/VLA.swift", "Sources/NanoVLA/Policy/VLA+FromVLM.swift"],
    tryThis: [
      "worth = comparedWithTheOthers: which starts weigh more now? Does it learn as fast?",
      "suite = .long, two steps in a row: how many demonstrations does it want?",
      "Exercise: swap another part. Give ToyVLM one of lesson 3's fusions, and --pretrain it.",
    ])
}
