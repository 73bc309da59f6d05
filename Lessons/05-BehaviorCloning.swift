// Lesson 5 · Behavior cloning
// About 10 s on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Probes
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
  var policy = try makePolicy()
  lesson.heading("Before any training: the expert's actions pass through the policy")
  func oracle(_ name: String, _ text: String, _ f: @escaping (RobotAction) -> RobotAction) throws {
    let recorder = Recorder(in: TabletopEnvironment()) { action, _ in f(action) }
    let rate = SuccessRate(of: try recorder(seeds: Suite.heldOutSeeds(episodes))).rate
    lesson.result("oracle_\(name)", rate, text)
  }
  try oracle("expert", "success of the expert's own actions") { $0 }
  try oracle("binned", "success when normalized, rounded to bins, and un-normalized") { action in
    let normal = try! policy.statistics.normalized(action).values
    let bins = policy.head.quantized(Tensor(normal, shape: [1, 1, normal.count]))
    return try! policy.statistics.robotAction(NormalizedAction(bins.values))
  }
  let scenes = try PointingFeatures(of: Suite.heldOutSeeds(episodes), from: backbone)
  let points = backbone.ground(vision: scenes.vision, text: scenes.text, mask: scenes.mask).points
  let found = points.sliced(axis: 1, 0..<1).reshaped([-1, 2])  // [N, Q, 2] → [N, 1, 2] → [N, 2]
  let pointing = (found - scenes.positions).squared().sum(axis: 1).sqrt().mean().item
  lesson.result("oracle_pointing", pointing, "from the backbone's point to the named object")
  let first = demonstrations[0]
  lesson.heading("“\(first.instruction)”: the \(first.frames.count) frames of one demonstration")
  let firstLoss = try lesson.trace("from images to the loss", skipping: TransformerBlock.insides) {
    let examples = try CloningExamples([first], for: policy)
    return BehaviorCloning(policy, on: examples, steps: 1).loss(on: Array(0..<examples.count))
  }
  lesson.result("firstLoss", firstLoss.item, "loss before any training; ln(\(bins)) is expected")
  lesson.keep("lnBins", log(Float(bins)))
  lesson.heading("Overfit one batch")
  let overfitting = BehaviorCloning(
    policy, on: try CloningExamples(demonstrations, for: policy), steps: 400, peak: learningRate,
    weightDecay: 0, seed: lesson.seed)
  for _ in 0..<400 { overfitting.step(on: Array(0..<16)) }
  let overfit = overfitting.loss(on: Array(0..<16)).item
  lesson.result("overfitLoss", overfit, "loss on 16 time steps after 400 steps on them")
  lesson.heading("Experiment: more demonstrations")
  let unseen = (900..<920).compactMap { Demonstration.record(suite: .object, seed: $0) }
  func rollouts(_ control: TabletopEnvironment.Control) throws -> [Episode] {
    try ClosedLoop(in: TabletopEnvironment(control: control), executionHorizon: chunk)(
      policy, seeds: Suite.heldOutSeeds(episodes))
  }
  func loss(_ cloning: BehaviorCloning) -> Float {
    withoutGradient { cloning.loss(on: Array(0..<cloning.examples.count)).item }
  }
  var (rows, curves): ([(label: String, value: Kept, text: String)], [LineChart.Curve]) = ([], [])
  for count in counts {
    policy = try makePolicy()
    let training = BehaviorCloning(
      policy, on: try CloningExamples(Array(demonstrations.prefix(count)), for: policy),
      steps: steps, peak: learningRate, weightDecay: weightDecay, seed: lesson.seed)
    let heldOut = BehaviorCloning(policy, on: try CloningExamples(unseen, for: policy), steps: 1)
    let losses = lesson.repeating(
      steps, "\(count) demonstrations",
      measuring: ["\(count) training": { loss(training) }, "\(count) held out": { loss(heldOut) }]
    ) { training.step() }
    if [counts.first, counts.last].contains(count) { curves += losses }
    let rate = SuccessRate(of: try rollouts(.none)).rate
    let ends = losses.map { String(format: "%.2f", $0.points.last!.y) }
    let success = lesson.keep(count == counts.last ? "success" : "success\(count)", rate)
    rows.append(("\(count)", success, "loss \(ends[0]), held out \(ends[1])"))
  }
  lesson.bars("Success after cloning, by number of demonstrations", .successRate, rows)
  let chart = LineChart("Loss by demonstrations", x: "step", y: "cross-entropy (nats)", curves)
  try lesson.chart(chart, as: "cloning-loss.png")
  lesson.say(
    rows.last!.value.value > rows.first!.value.value + 0.03
      ? "More demonstrations succeed more often. Few are overfitted: their held-out loss shows it."
      : "More demonstrations did not help here. Is the held-out loss still falling at the end?")
  lesson.result("episodes", episodes, "held-out layouts, the same for every policy")
  lesson.heading("Ablation: without the image, and with the name of another object")
  lesson.result("successBlankImage", SuccessRate(of: try rollouts(.blankImage)).rate, "no image")
  let other = try rollouts(.otherInstruction)
  let original = SuccessRate(other.map(\.achievedOriginalTask)).rate
  lesson.result("successOriginalWhenOtherNamed", original, "picks the object named before")
  lesson.result("successNamedOther", SuccessRate(of: other).rate, "picks the object named now")
  lesson.finish(
    readNext: [
      "Sources/NanoVLA/5-Cloning/BehaviorCloning.swift", "Sources/NanoVLA/5-Cloning/VLA.swift",
    ],
    tryThis: [
      "chunk = 1 and chunk = 4: which succeeds more often? (Lesson 6 explains it.)",
      "bins = 256: a smaller quantization error, but eight times fewer examples for each bin.",
      "Exercise: weightDecay = 0 with counts = [10, 100]. Solved if with 10 the training loss falls "
        + "below .01 and the held-out loss rises above 6. Does success fall with them?",
    ],
    theFieldCallsIt: "imitation learning, oracle, overfitting, validation loss, ablation")
}
