// Lesson 5 · Behavior cloning
// About 9 s on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Tabletop
import Tensors

let idea = """
  A robot learns by imitation: here is what the expert saw, here is what it did, do the same. Control
  has become classification (lesson 4), so this is plain supervised learning with cross-entropy.

  The aha: the first loss is ln(bins), the surprise of somebody who knows nothing. Then learn ONE
  batch by heart: a network that cannot do that has a bug, and no amount of data will cure it.

  The trunk that looks and reads is the bundled toy VLM, frozen. It was pre-trained to point, from
  TRUE OBJECT POSITIONS, which no demonstration holds. That is the idea of a VLA: first a model that
  understands, then a few demonstrations. Without it, a hundred teach next to nothing (see the
  notebook at the end).
  """

// Knobs: change one, run again.
let bins = 32  // tokens for each action number
let chunk = 2  // K: actions predicted at once, and carried out before looking again
let counts = [10, 25, 50, 100]  // demonstrations to learn from
let steps = 3000  // batches of 64 time steps
let learningRate: Float = 3e-3
let weightDecay: Float = 0.3  // pulls weights to 0; with few examples, strongly
let episodes = 200  // held-out layouts to drive on

Lesson.run(5, "Behavior cloning", idea: idea) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let backbone = try ToyVLM.bundled()
  let statistics = try ActionStatistics.bundled()
  var random = SeededRandom(seed: lesson.seed)
  func makePolicy() throws -> VLA {
    try VLA(
      backbone: backbone, statistics: statistics, head: .tokens(bins: bins), chunk: chunk,
      using: &random)
  }

  lesson.heading("One time step, from picture to loss")
  var policy = try makePolicy()
  let first = demonstrations[0]
  lesson.say("\(first.frames.count) frames of “\(first.instruction)”, all in one batch:")
  let firstLoss = try lesson.trace("from pictures to the loss", skipping: TransformerBlock.insides)
  {
    let examples = try CloningExamples([first], for: policy)
    return BehaviorCloning(policy, on: examples, steps: 1).loss(on: Array(0..<examples.count))
  }
  lesson.result("firstLoss", firstLoss.item, "loss before any training")
  lesson.result("lnBins", log(Float(bins)), "ln(\(bins)): every bin equally likely")

  lesson.heading("One batch by heart")
  let overfitting = BehaviorCloning(
    policy, on: try CloningExamples(demonstrations, for: policy), steps: 400, peak: learningRate,
    weightDecay: 0, seed: lesson.seed)
  let batch = Array(0..<16)
  for _ in 0..<400 { overfitting.step(on: batch) }
  let learned = overfitting.loss(on: batch).item
  lesson.result("overfitLoss", learned, "loss on 16 time steps after 400 steps on them")

  lesson.heading("More demonstrations")
  lesson.say("Few are soon learned by heart, and the loss is low. But does the arm get there?")
  let layouts = Suite.heldOutSeeds(episodes)
  var curve: [(label: String, value: Double, text: String)] = []
  for count in counts {
    policy = try makePolicy()
    let examples = try CloningExamples(Array(demonstrations.prefix(count)), for: policy)
    let training = BehaviorCloning(
      policy, on: examples, steps: steps, peak: learningRate, weightDecay: weightDecay,
      seed: lesson.seed)
    lesson.repeating(steps, "\(count) demonstrations") { training.step() }
    let success = SuccessRate(of: try ClosedLoop(executed: chunk)(policy, seeds: layouts))
    let loss = training.loss(on: Array(0..<examples.count)).item
    lesson.keep(count == counts.last ? "success" : "success\(count)", success.rate)
    let label = "\(count), loss " + String(format: "%.2f", loss)
    curve.append((label, success.rate, "\(success)"))
  }
  lesson.bars("Success by number of demonstrations", .successRate, curve)
  lesson.result("episodes", Double(episodes), "held-out layouts, the same for every policy")

  lesson.heading("Does it look? Does it listen?")
  func drive(_ control: ClosedLoop.Control) throws -> [ClosedLoop.Episode] {
    try ClosedLoop(executed: chunk, control: control)(policy, seeds: layouts)
  }
  let blank = SuccessRate(of: try drive(.blankImage))
  lesson.result("successBlankImage", blank.rate, "the camera shows an empty colour: \(blank)")
  let other = try drive(.otherInstruction)
  let original = SuccessRate(other.map(\.achievedOriginal))
  lesson.say("Now another object of the same scene is named:")
  lesson.result("successOriginalWhenOtherNamed", original.rate, "it picks the old one: \(original)")
  let named = SuccessRate(of: other)
  lesson.result("successNamedOther", named.rate, "it picks the one that is named: \(named)")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Training/BehaviorCloning.swift", "Sources/NanoVLA/Policy/VLA.swift",
      "Notebooks-as-scripts/DemonstrationsAndPretraining.swift",
    ],
    tryThis: [
      "chunk = 1 and chunk = 4: which gets there more often, and why? (Lesson 6 knows.)",
      "bins = 256: finer control, but eight times fewer examples for each bin.",
      "Exercise: weightDecay = 0 with 10 demonstrations. What happens to the loss, what to success?",
    ])
}
