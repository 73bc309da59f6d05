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
  lesson.result("layerWeights", layer.weight.count, "weights in W, O·I, all frozen")
  lesson.result("loraWeights", lora.parameterCount, "weights in A and B, r·(I + O), trained")
  lora.loraB.values = Tensor.normal(lora.loraB.shape, scale: 0.1, using: &random).values
  let unmerged = layer(x)  // as after training: B is not 0
  lora.merge(into: layer)  // W ← W + (α/r) B A
  lesson.result(
    "merging_changes_output", (layer(x) - unmerged).abs().values.max()!, "maximum: rounding alone")
  lora.unmerge(from: layer)
  layer.adaptation = nil
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
  var (rows, pointing): ([[any TableCell]], [(label: String, value: Kept)]) = ([], [])
  for (name, var plan) in plans + [("careless", careless)] {
    plan.loraRank = rank
    let backbone = try ToyVLM.bundled()
    var random = SeededRandom(seed: lesson.seed)
    let policy = try VLA(backbone: backbone, statistics: .bundled(), chunk: chunk, using: &random)
    let run = try training(policy, plan, on: demonstrations, steps: steps)
    lesson.repeating(steps, name) { run.step() }
    let rate = SuccessRate(of: try closedLoop(policy, seeds: Suite.heldOutSeeds(episodes))).rate
    let error = lesson.keep("pointing_\(name)", backbone.pointingError().object)
    pointing.append((name, error))
    let success = lesson.keep("success_\(name)", rate)
    rows.append([name, run.trainableCount / 1000, run.trainingBytes / 1000, success])
    if name == "lora" {
      backbone.mergeLoRA()  // no extra products from here on
      lesson.result("pointing_merged", backbone.pointingError().object, "before: \(error.cell)")
    }
  }
  lesson.result("pointing_start", start, "pointing error before training (table widths)")
  lesson.table(columns: ["strategy", "trained k", "memory kB", "success"], rows: rows)
  lesson.bars("Forgetting: pointing error afterwards", Axis("table widths", 0...0.6), pointing)
  let forgotten = (pointing.last?.value.value ?? 1) / Double(start)
  lesson.say(
    "Memory: gradient and two running means. Careless is direct fine-tuning, every rate \(carelessRate); "
      + "its error grows to \(Terminal.number(forgotten)) times that of the start"
      + (forgotten > 2 ? ": catastrophic forgetting." : " only."))

  lesson.heading("The same loop for another VLM")
  let llava = try VLABuilder().withVLM("llava").withActionSpace(.tabletop)
    .withStatistics(.bundled()).withHead(.tokens(bins: 32), chunk: chunk).build()
  var plan = llava.transferPlan!  // chosen by the builder
  plan.batchSize = 8
  lesson.say("The plan for a nano LLaVA with random weights: \(plan.reasons[0])")
  let run = try training(llava, plan, on: demonstrations.prefix(3), steps: 60)
  lesson.result("llavaFirst", run.step(), "first loss; ln(32) is 3.47")
  lesson.result("llavaLast", (1..<run.steps).map { _ in run.step() }.last ?? .nan, "last loss")
  lesson.finish(
    readNext: [
      "Sources/NanoVLA/9-Transfer/LoRA.swift", "Sources/NanoVLA/9-Transfer/TransferLearning.swift",
      "Sources/VLMs/Registry/TransferPlan+Rules.swift",
    ],
    tryThis: [
      "carelessRate = 3e-4: does it forget less? demonstrationCount = 10: which strategies lose?",
      "Exercise: carelessHeadFirst = 0.25 trains the head alone at first. Solved if the careless "
        + "pointing error ends at about 4 times that of the start instead of 35.",
    ], theFieldCallsIt: "parameter-efficient fine-tuning (PEFT), adapters, catastrophic forgetting")
}
