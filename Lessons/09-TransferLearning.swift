// Lesson 9 · Transfer learning
// About 40 s on 2 cores.

import Blackboard
import Foundation
import NanoVLA
import Runs
import Tabletop
import Tensors
import VLMs

let idea = """
  A pre-trained model knows something: the toy VLM points at what it is told to. Now it shall act.
  What of it may change? If everything may from the first step on, the new head's gradients, which
  are noise then, run through all that was known. So freeze it; or let only small added parts learn
  (LoRA, adapters); or let the head learn first, and the rest later and slowly.

  The aha: a network can learn the new task and lose the old one, and the new task's loss does not
  show it. So every policy here is asked the old question again: where is the red cup?
  """

// Knobs: change one, run again.
let strategies = TransferStrategy.allCases  // or some of them: [.lora, .freezeBackbone]
let steps = 500  // batches of 32 frames, as many for every strategy
let carelessRate: Float = 3e-3  // of every weight, from the first step on
let demonstrationCount = 100  // at most 100 are bundled
let chunk = 2  // K: actions predicted at once, and carried out before looking again
let episodes = 200  // held-out layouts to drive on
let llavaSteps = 60  // batches for the nano LLaVA

Lesson.run(9, "Transfer learning", idea: idea) { lesson in
  let statistics = try ActionStatistics.bundled()
  let layouts = Suite.heldOutSeeds(episodes)

  lesson.heading("A plan for a VLM")
  let trunk = try ToyVLM.bundled()
  let before = trunk.pointingError().object
  let toy = VLMCapabilities(jointPretraining: true, parameterCount: trunk.parameterCount)
  lesson.say("The toy VLM met images and words in one training, and can point but not write. So:")
  TransferPlan(for: toy).reasons.forEach { lesson.say("· " + $0) }

  lesson.heading("Every strategy, \(steps) steps")
  func makePolicy(_ backbone: ToyVLM) throws -> VLA {
    var random = SeededRandom(seed: lesson.seed)
    return try VLA(
      backbone: backbone, statistics: statistics, head: .tokens(bins: 32), chunk: chunk,
      using: &random)
  }
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  let examples = try FrameExamples(
    Array(demonstrations.prefix(demonstrationCount)), for: makePolicy(trunk))
  var careless = TransferPlan(for: toy, strategy: .directFineTuning)
  (careless.headRate, careless.backboneRate) = (carelessRate, carelessRate)
  (careless.headFirst, careless.warmup) = (0, 0)

  var rows: [[any TableCell]] = []
  let plans = strategies.map { ($0.rawValue, TransferPlan(for: toy, strategy: $0)) }
  for (name, plan) in plans + [("careless", careless)] {
    let trunk = try ToyVLM.bundled()
    let policy = try makePolicy(trunk)
    let training = try TransferLearning(
      trunk, head: policy.head, plan: plan, examples: examples.count, steps: steps,
      seed: lesson.seed
    ) { frames, random in examples.loss(of: policy, on: frames, using: &random) }
    let start = ContinuousClock.now
    lesson.repeating(steps, name) { training.step() }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let success = SuccessRate(
      of: try ClosedLoop(in: TabletopEnvironment(), executionHorizon: chunk)(policy, seeds: layouts)
    )
    let pointing = trunk.pointingError().object
    lesson.keep("success_\(name)", success.rate)
    lesson.keep("pointing_\(name)", Double(pointing))
    rows.append([
      name, training.trainableCount / 1000, training.trainingBytes / 1000, Int(seconds.rounded()),
      "\(success)".components(separatedBy: " (")[0], pointing, pointing / before,
    ])
  }
  lesson.result("pointing_start", before, "mean distance from the named object, at the start")
  lesson.table(
    columns: ["strategy", "learn", "kB", "seconds", "success", "pointing", "of start"], rows: rows)
  lesson.say(
    "“learn” is how many thousand numbers may change, of head and backbone; “kB” what learning takes "
      + "beside the model, a gradient and two running means each. “success” is on \(episodes) new "
      + "layouts, with its 95 % interval; “pointing” is the distance afterwards, “of start” how many "
      + "times that of the start. “careless” is direct fine-tuning at rate \(carelessRate) for all, "
      + "without letting the head learn first.")

  lesson.heading("The same words for another VLM")
  let policy = try VLABuilder().withVLM("llava").withActionSpace(.tabletop)
    .withStatistics(statistics).withHead(.tokens(bins: 32), chunk: chunk).build()
  var plan = policy.transferPlan!  // the builder has chosen one
  plan.batchSize = 8
  lesson.say("A nano LLaVA with random weights gets a plan of its own: \(plan.reasons[0])")
  let few = try FrameExamples(Array(demonstrations.prefix(3)), for: policy)
  let training = try TransferLearning(
    policy.backbone, head: policy.head, plan: plan, examples: few.count, steps: llavaSteps,
    seed: lesson.seed
  ) { rows, random in few.loss(of: policy, on: rows, using: &random) }
  let losses = (0..<llavaSteps).map { _ in training.step() }
  lesson.result("llavaFirst", losses[0], "first loss; ln 32 is 3.47")
  lesson.result("llavaLast", losses[llavaSteps - 1], "last loss")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/Training/Transfer/TransferPlan+Choosing.swift",
      "Sources/NanoVLA/Training/Transfer/LoRA.swift",
      "Sources/NanoVLA/Training/Transfer/TransferLearning.swift",
    ],
    tryThis: [
      "carelessRate = 3e-4: ten times slower, and yet it forgets more. Who learns while the head "
        + "hardly moves?",
      "demonstrationCount = 10: which strategies suffer most?",
      "Exercise: let the head learn first in the careless plan too (headFirst = 0.25). Its pointing "
        + "should end at about 4 times that of the start instead of 35.",
    ])
}
