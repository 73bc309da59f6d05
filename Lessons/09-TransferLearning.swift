// Lesson 9 · Transfer learning
// About 60 s on 2 cores.
//
// A pre-trained model knows something: the toy VLM points at what it is told to. Now it shall act.
// What of it may change? If everything may, quickly, the new head's first gradients, which are noise,
// run through all that was known. So freeze it; or let only small added parts learn (LoRA, adapters);
// or let the head learn first and the rest thaw slowly.
//
// The aha: a network can learn the new task and lose the old one, and the loss of the new task does
// not show it. So every policy here is asked the old question too: where is the red cup?

import Blackboard
import Foundation
import NanoVLA
import Tabletop
import Tensors

// Knobs: change one, run again.
let strategies = TransferStrategy.allCases  // or some of them: [.lora, .freezeBackbone]
let steps = 500  // batches of 32 frames, the same for every strategy
let carelessRate: Float = 3e-3  // for the careless one: every weight, from the first step on
let demonstrationCount = 100  // at most 100 are bundled
let chunk = 2  // K: actions predicted at once, and carried out before looking again
let episodes = 200  // held-out layouts to drive on

Lesson.run(9, "Transfer learning", file: #filePath) { lesson in
  let demonstrations = Array(
    try DemonstrationDataset.bundled().demonstrations.prefix(demonstrationCount))
  let statistics = try ActionStatistics.bundled()
  let layouts = Suite.heldOutSeeds(episodes)
  let before = try ToyVLM.bundled().pointingError().object

  lesson.heading("The plan that suits a VLM")
  let toy = VLMCapabilities(jointPretraining: true, parameterCount: try ToyVLM.bundled().parameterCount)
  lesson.say("The toy VLM learned images and words together, and can point but not write:")
  TransferPlan(for: toy).reasons.forEach { lesson.say("  · " + $0) }

  lesson.heading("\(steps) steps of each strategy")
  var rows: [[String]] = []
  func train(_ name: String, by plan: TransferPlan) throws {
    var random = SeededRandom(seed: lesson.seed)
    let policy = try VLA(
      backbone: .bundled(), statistics: statistics, head: .tokens(bins: 32), chunk: chunk,
      using: &random)
    let examples = try FrameExamples(demonstrations, for: policy)
    let training = try TransferLearning(
      policy.backbone, head: policy.head, plan: plan, examples: examples.count, steps: steps,
      seed: lesson.seed
    ) { rows, random in examples.loss(of: policy, on: rows, using: &random) }
    let start = ContinuousClock.now
    for step in 1...steps {
      training.step()
      lesson.progress(step, of: steps, name)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let success = SuccessRate(of: try ClosedLoop(executed: chunk)(policy, seeds: layouts))
    let pointing = policy.backbone.pointingError().object
    lesson.keep("success_\(name)", success.rate)
    lesson.keep("pointing_\(name)", Double(pointing))
    rows.append([
      name, "\(training.trainedCount)", "\(training.learningBytes / 1000)",
      String(format: "%.1f", seconds), "\(success)", String(format: "%.3f", pointing),
      String(format: "%.1f×", pointing / before),
    ])
  }
  for strategy in strategies {
    try train(strategy.rawValue, by: TransferPlan(for: toy, strategy: strategy))
  }
  var careless = TransferPlan(for: toy, strategy: .directFineTuning)
  (careless.headRate, careless.backboneRate) = (carelessRate, carelessRate)
  (careless.headFirst, careless.warmup) = (0, 0)
  try train("careless", by: careless)
  lesson.result("pointing_start", before, "mean distance from the named object, before")
  lesson.table(
    columns: ["strategy", "trained", "kB", "s", "success", "pointing", "of before"], rows: rows)
  lesson.say(
    "“trained” numbers of the head and of the backbone, and the memory that learning them takes: a "
      + "gradient and two running means each. “success” on \(episodes) new layouts; “pointing” is the "
      + "distance from the named object, after.")

  lesson.heading("The same words for LLaVA")
  let llava = VLMCapabilities(
    instructionTuned: true, jointPretraining: true, languageModel: true, parameterCount: 30_000)
  let plan = TransferPlan(for: llava)
  plan.reasons.forEach { lesson.say("  · " + $0) }
  var random = SeededRandom(seed: lesson.seed)
  let model = LLaVA(.init(), using: &random)
  let head = TokenHead(inputs: 16, chunk: 1, dimensions: 7, bins: 32, using: &random)
  _ = (model, head)

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Training/Transfer/TransferPlan+Choosing.swift",
      "Sources/NanoVLA/Training/Transfer/LoRA.swift",
      "Sources/NanoVLA/Training/Transfer/TransferLearning.swift",
    ],
    tryThis: [
      "carelessRate = 3e-4: is it the freedom that destroys, or the haste?"
    ])
}
