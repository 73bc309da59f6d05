// Lesson 5 · Behavior cloning
// About 10 s on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Tabletop
import Tensors

let idea = """
  Behavior cloning is supervised learning: the input is what the expert observed, the target is its
  action. Actions are tokens (lesson 4), so the loss is cross-entropy. The frozen backbone is
  pre-trained to point at named objects. The aha: the first loss is ln(bins), or there is a bug.
  Then overfit ONE batch: a network that cannot is broken, however much data follows.
  """

// Knobs: change one, run again.
let bins = 32  // B, tokens for each action number
let chunk = 2  // K, actions predicted at once and executed before the next observation
let counts = [10, 25, 50, 100]  // demonstrations to learn from
let steps = 3000  // batches of 64 time steps
let learningRate: Float = 3e-3
let weightDecay: Float = 0.3  // regularization; with few examples, strong
let episodes = 200  // held-out layouts to evaluate on

Lesson.run(5, "Behavior cloning", idea: idea) { lesson in
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let backbone = try ToyVLM.bundled()
  var random = SeededRandom(seed: lesson.seed)
  func makePolicy() throws -> VLA {
    try VLA(
      backbone: backbone, statistics: .bundled(), head: .tokens(bins: bins), chunk: chunk,
      using: &random)
  }

  let first = demonstrations[0]
  lesson.heading("“\(first.instruction)”: the \(first.frames.count) frames of one demonstration")
  var policy = try makePolicy()
  let firstLoss = try lesson.trace("from images to the loss", skipping: TransformerBlock.insides) {
    let examples = try CloningExamples([first], for: policy)
    return BehaviorCloning(policy, on: examples, steps: 1).loss(on: Array(0..<examples.count))
  }
  lesson.result("firstLoss", firstLoss.item, "loss before any training")
  lesson.result("lnBins", log(Float(bins)), "ln(\(bins)): all bins have the same probability")

  lesson.heading("Overfit one batch")
  let overfitting = BehaviorCloning(
    policy, on: try CloningExamples(demonstrations, for: policy), steps: 400, peak: learningRate,
    weightDecay: 0, seed: lesson.seed)
  let batch = Array(0..<16)
  for _ in 0..<400 { overfitting.step(on: batch) }
  let learned = overfitting.loss(on: batch).item
  lesson.result("overfitLoss", learned, "loss on 16 time steps after 400 steps on them")

  lesson.heading("Experiment: more demonstrations")
  let unseen = (900..<920).compactMap { Demonstration.record(suite: .object, seed: $0) }
  func rollouts(_ control: TabletopEnvironment.Control) throws -> [Episode] {
    try ClosedLoop(in: TabletopEnvironment(control: control), executionHorizon: chunk)(
      policy, seeds: Suite.heldOutSeeds(episodes))
  }
  func loss(_ cloning: BehaviorCloning) -> Float {
    withoutGradient { cloning.loss(on: Array(0..<cloning.examples.count)).item }
  }
  var rows: [(label: String, value: Double, text: String)] = []
  var curves: [LineChart.Curve] = []
  for count in counts {
    policy = try makePolicy()
    let examples = try CloningExamples(Array(demonstrations.prefix(count)), for: policy)
    let training = BehaviorCloning(
      policy, on: examples, steps: steps, peak: learningRate, weightDecay: weightDecay,
      seed: lesson.seed)
    let heldOut = BehaviorCloning(policy, on: try CloningExamples(unseen, for: policy), steps: 1)
    var (seenLosses, unseenLosses) = ([loss(training)], [loss(heldOut)])
    lesson.repeating(steps, "\(count) demonstrations") {
      training.step()
      guard training.stepsDone % (steps / 30) == 0 else { return }
      seenLosses.append(loss(training))
      unseenLosses.append(loss(heldOut))
    }
    if count == counts.first || count == counts.last {
      let every = Double(steps / 30)
      curves.append(.init("\(count) demonstrations, training", seenLosses, every: every))
      curves.append(.init("\(count) demonstrations, held out", unseenLosses, every: every))
    }
    let rate = SuccessRate(of: try rollouts(.none)).rate
    lesson.keep(count == counts.last ? "success" : "success\(count)", rate)
    let losses = String(format: "loss %.2f, held out %.2f", seenLosses.last!, unseenLosses.last!)
    rows.append(("\(count)", rate, "\(rate), \(losses)"))
  }
  lesson.bars("Success after cloning, by number of demonstrations", .successRate, rows)
  try lesson.chart(
    LineChart("Loss while learning", x: "steps", y: "cross-entropy (nats)", curves),
    as: "cloning-loss.png")
  lesson.say(
    rows.last!.value > rows.first!.value + 0.1
      ? "More demonstrations succeed more often, although the training loss of few is no higher: few "
        + "are overfitted, which the held-out loss shows. (Expected: 10 at least .45, 100 at least .93.)"
      : "More demonstrations did not help here. Is the held-out loss still falling at the end?")
  lesson.result("episodes", episodes, "held-out layouts, the same for every policy")

  lesson.heading("Ablation: without the image, and with the name of another object")
  let blank = SuccessRate(of: try rollouts(.blankImage)).rate
  lesson.result("successBlankImage", blank, "the image is one color")
  let other = try rollouts(.otherInstruction)
  let original = SuccessRate(other.map(\.achievedOriginalTask)).rate
  lesson.result("successOriginalWhenOtherNamed", original, "picks the object named before")
  lesson.result("successNamedOther", SuccessRate(of: other).rate, "picks the object named now")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/5-Cloning/BehaviorCloning.swift", "Sources/NanoVLA/5-Cloning/VLA.swift",
      "Notebooks-as-scripts/ScalingDemonstrations.swift",
    ],
    tryThis: [
      "chunk = 1 and chunk = 4: which succeeds more often? (Lesson 6 explains it.)",
      "bins = 256: a smaller quantization error, but eight times fewer examples for each bin.",
      "Exercise: weightDecay = 0 with counts = [10, 100]. Solved if with 10 the training loss falls "
        + "below .01 and the held-out loss rises above 6. Does success fall with them?",
    ])
}
