// Lesson 9 · Transfer learning
// About 37 s on 2 cores.

import Blackboard
import NanoVLA
import Runs
import Tabletop
import Tensors
import VLMs

let idea = """
  The toy VLM is pre-trained to point at a named object. Now it must act. Which weights should we
  train? We can freeze the backbone, train small additions to it (LoRA, adapters), or fine-tune
  everything. The aha: a network can learn the new task and forget the old one (catastrophic
  forgetting), and the loss does not show it. So each policy is also tested on the old task.
  """

// Knobs: change one, run again.
let rank = 4  // r of LoRA
let strategies = TransferStrategy.allCases  // or some of them: [.lora, .freezeBackbone]
let steps = 500  // batches of 32 images, the same number for every strategy
let carelessRate: Float = 3e-3  // learning rate of every weight in careless fine-tuning
let carelessHeadFirst: Float = 0  // the fraction of its steps in which the head is trained alone
let demonstrationCount = 100  // at most 100 are bundled
let chunk = 2  // K: actions predicted at once, all of them executed
let episodes = 200  // held-out layouts for the success rate

Lesson.run(9, "Transfer learning", idea: idea) { lesson in
  lesson.heading("LoRA: a low-rank update of one layer")
  let original = try ToyVLM.bundled()
  var random = SeededRandom(seed: lesson.seed)
  let layer = original.vision.blocks[0].attention.query  // or another Linear
  let lora = LoRA(for: layer, rank: rank, alpha: Float(rank), using: &random)
  let x = Tensor.normal([1, 3, layer.weight.dim(1)], scale: 1, using: &random)
  let adapted = lesson.trace("three tokens through a layer that makes queries") {
    layer.weight.traced("W", "frozen")
    lora.loraA.traced("A", "trained")
    lora.loraB.traced("B", "trained, 0 at first")
    layer.adaptation = lora
    return layer(x)
  }
  layer.adaptation = nil
  lesson.result("layerWeights", layer.weight.count, "weights in W, O·I, all frozen")
  lesson.result("loraWeights", lora.parameterCount, "weights in A and B, r·(I + O), trained")
  let isSame = adapted.values == layer(x).values
  lesson.say("With B = 0 the outputs are \(isSame ? "" : "NOT ")bit-identical to the original's.")

  lesson.heading("Which weights should we train? Every strategy, \(steps) steps")
  let toy = VLMCapabilities(jointPretraining: true, parameterCount: original.parameterCount)
  lesson.say("The plan that the rules choose for the toy VLM, which can point but not write text:")
  TransferPlan(for: toy).reasons.forEach { lesson.say("· " + $0) }
  var careless = TransferPlan(for: toy, strategy: .directFineTuning)
  (careless.headRate, careless.backboneRate) = (carelessRate, carelessRate)
  (careless.headFirst, careless.warmup) = (carelessHeadFirst, 0)
  let plans = strategies.map { ($0.rawValue, TransferPlan(for: toy, strategy: $0)) }

  let demonstrations = try DemonstrationDataset.bundled().demonstrations.prefix(demonstrationCount)
  func training(
    _ policy: VLA, _ plan: TransferPlan, on demonstrations: some Sequence<Demonstration>, steps: Int
  ) throws -> TransferLearning {
    let examples = try FrameExamples(Array(demonstrations), for: policy)
    return try TransferLearning(
      policy.backbone, head: policy.head, plan: plan, examples: examples.count, steps: steps,
      seed: lesson.seed
    ) { frames, random in examples.loss(of: policy, on: frames, using: &random) }
  }
  let closedLoop = ClosedLoop(in: TabletopEnvironment(), executionHorizon: chunk)
  let start = original.pointingError().object
  var rows: [[any TableCell]] = []
  var forgetting: [(label: String, value: Double)] = []
  for (name, var plan) in plans + [("careless", careless)] {
    plan.loraRank = rank
    let backbone = try ToyVLM.bundled()
    var random = SeededRandom(seed: lesson.seed)
    let policy = try VLA(backbone: backbone, statistics: .bundled(), chunk: chunk, using: &random)
    let run = try training(policy, plan, on: demonstrations, steps: steps)
    lesson.repeating(steps, name) { run.step() }
    let success = SuccessRate(of: try closedLoop(policy, seeds: Suite.heldOutSeeds(episodes))).rate
    let pointing = backbone.pointingError().object
    lesson.keep("success_\(name)", success)
    lesson.keep("pointing_\(name)", Double(pointing))
    rows.append([name, run.trainableCount / 1000, run.trainingBytes / 1000, success, pointing])
    forgetting.append((name, Double(pointing / start)))
    if name == "lora" {
      backbone.mergeLoRA()  // W ← W + (α/r) B A: no extra products from here on
      let merged = Double(backbone.pointingError().object)
      lesson.result("pointing_merged", merged, "with LoRA merged; before: see the table")
    }
  }
  lesson.result("pointing_start", start, "pointing error before training (table widths)")
  lesson.table(columns: ["strategy", "trained k", "memory kB", "success", "pointing"], rows: rows)
  lesson.bars("Forgetting: pointing error relative to the start", Axis("ratio", 0...40), forgetting)
  let forgotten = forgetting.last?.value ?? 1
  lesson.say(
    "Memory: a gradient and two running means per trained value. Careless is direct fine-tuning with "
      + "rate \(carelessRate) for every weight; its error grows \(Terminal.number(forgotten)) times "
      + (forgotten > 2 ? "(expected: 20 to 70): catastrophic forgetting." : "only."))

  lesson.heading("The same loop for another VLM")
  let llava = try VLABuilder().withVLM("llava").withActionSpace(.tabletop)
    .withStatistics(.bundled()).withHead(.tokens(bins: 32), chunk: chunk).build()
  var plan = llava.transferPlan!  // chosen by the builder
  plan.batchSize = 8
  lesson.say("The plan for a nano LLaVA with random weights: \(plan.reasons[0])")
  let run = try training(llava, plan, on: demonstrations.prefix(3), steps: 60)
  let losses = (0..<run.steps).map { _ in run.step() }
  lesson.result("llavaFirst", losses[0], "first loss; ln(32) is 3.47")
  lesson.result("llavaLast", losses[run.steps - 1], "last loss")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/9-Transfer/LoRA.swift", "Sources/NanoVLA/9-Transfer/TransferLearning.swift",
      "Sources/VLMs/Registry/TransferPlan+Rules.swift",
    ],
    tryThis: [
      "carelessRate = 3e-4: does it forget less? demonstrationCount = 10: which strategies lose?",
      "Exercise: carelessHeadFirst = 0.25 trains the head alone at first. Solved if the careless "
        + "pointing error ends at about 4 times that of the start instead of 35.",
    ])
}
