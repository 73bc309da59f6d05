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
let layerName = "vision.blocks.0.attention.query"  // the layer whose low-rank update is traced
let rank = 4  // r of LoRA
let strategies = TransferStrategy.allCases  // or some of them: [.lora, .freezeBackbone]
let steps = 500  // batches of 32 images, the same number for every strategy
let carelessRate: Float = 3e-3  // learning rate of every weight in careless fine-tuning
let carelessHeadFirst: Float = 0  // the fraction of its steps in which the head is trained alone
let demonstrationCount = 100  // at most 100 are bundled
let chunk = 2  // K: actions predicted at once, all of them executed
let episodes = 200  // held-out layouts for the success rate
let llavaSteps = 60  // batches for the nano LLaVA

Lesson.run(9, "Transfer learning", idea: idea) { lesson in
  let statistics = try ActionStatistics.bundled()
  let layouts = Suite.heldOutSeeds(episodes)
  let closedLoop = ClosedLoop(in: TabletopEnvironment(), executionHorizon: chunk)
  var random = SeededRandom(seed: lesson.seed)

  lesson.heading("LoRA: a low-rank update of one layer")
  let before = try ToyVLM.bundled()
  guard let layer = before.linearLayers.first(where: { $0.name == layerName })?.layer else {
    throw TransferError.noSuchLayer(layerName, nearest: before.linearLayers.map(\.name))
  }
  let lora = LoRA(for: layer, rank: rank, alpha: Float(rank), using: &random)
  let x = Tensor.normal([1, 3, layer.weight.dim(1)], scale: 1, using: &random)
  let plain = layer(x).values
  let adapted = lesson.trace("three tokens through \(layerName)") {
    layer.weight.traced("W", "frozen")
    lora.loraA.traced("A", "trained")
    lora.loraB.traced("B", "trained, 0 at first")
    layer.adaptation = lora
    return layer(x)
  }
  layer.adaptation = nil
  lesson.result("layerWeights", Double(layer.weight.count), "weights in W, O·I, all frozen")
  lesson.result(
    "loraWeights", Double(lora.parameterCount), "weights in A and B, r·(I + O), trained")
  lesson.say(
    adapted.values == plain
      ? "B is 0 at first, so the adapted layer's outputs are bit-identical to the original's."
      : "The outputs differ from the original layer's: B should be 0 at first.")

  lesson.heading("Which weights should we train?")
  let startError = before.pointingError().object
  let toy = VLMCapabilities(jointPretraining: true, parameterCount: before.parameterCount)
  lesson.say("The plan that the rules choose for the toy VLM, which can point but not write text:")
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
    Array(demonstrations.prefix(demonstrationCount)), for: makePolicy(before))
  var careless = TransferPlan(for: toy, strategy: .directFineTuning)
  (careless.headRate, careless.backboneRate) = (carelessRate, carelessRate)
  (careless.headFirst, careless.warmup) = (carelessHeadFirst, 0)

  var rows: [[any TableCell]] = []
  var ratios: [(label: String, value: Double, text: String)] = []
  let plans = strategies.map { ($0.rawValue, TransferPlan(for: toy, strategy: $0)) }
  for (name, plan) in plans + [("careless", careless)] {
    var plan = plan
    plan.loraRank = rank
    let backbone = try ToyVLM.bundled()
    let policy = try makePolicy(backbone)
    let training = try TransferLearning(
      backbone, head: policy.head, plan: plan, examples: examples.count, steps: steps,
      seed: lesson.seed
    ) { frames, random in examples.loss(of: policy, on: frames, using: &random) }
    let start = ContinuousClock.now
    lesson.repeating(steps, name) { training.step() }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let success = SuccessRate(of: try closedLoop(policy, seeds: layouts))
    let pointing = backbone.pointingError().object
    lesson.keep("success_\(name)", success.rate)
    lesson.keep("pointing_\(name)", Double(pointing))
    let ratio = Double(pointing / startError)
    ratios.append((name, ratio, Terminal.number(ratio) + "×"))
    rows.append([
      name, training.trainableCount / 1000, training.trainingBytes / 1000,
      Int(seconds.rounded()), success.rate, pointing, ratio,
    ])
    if name == "lora" {
      backbone.mergeLoRA()  // W ← W + (α/r) B A: no extra products from here on
      let merged = Double(backbone.pointingError().object)
      let before = Terminal.number(Double(pointing))
      lesson.result("pointing_merged", merged, "pointing error with LoRA merged; \(before) before")
    }
  }
  lesson.result("pointing_start", startError, "pointing error before training (table widths)")
  lesson.table(
    columns: ["strategy", "trained k", "memory kB", "s", "success", "pointing", "× start"],
    rows: rows)
  lesson.bars(
    "Forgetting: pointing error after training, relative to the start",
    Axis("ratio", 0...max(2, ratios.map(\.value).max() ?? 2)), ratios)
  lesson.say(
    "“trained k” is the number of trained values in thousands, “memory” what training needs beside "
      + "the model: a gradient and two running means for each. “careless” is direct fine-tuning with "
      + "learning rate \(carelessRate) for every weight from step 1 on.")
  let forgotten = ratios.last?.value ?? 1
  lesson.say(
    forgotten > 2
      ? "The careless policy's pointing error has grown to \(Terminal.number(forgotten)) times that "
        + "of the start: catastrophic forgetting. Its success rate alone would not tell why."
      : "The careless policy has not forgotten much (\(Terminal.number(forgotten)) times the pointing "
        + "error of the start).")

  lesson.heading("The same loop for another VLM")
  let policy = try VLABuilder().withVLM("llava").withActionSpace(.tabletop)
    .withStatistics(statistics).withHead(.tokens(bins: 32), chunk: chunk).build()
  var plan = policy.transferPlan!  // chosen by the builder
  plan.batchSize = 8
  lesson.say("The plan for a nano LLaVA with random weights: \(plan.reasons[0])")
  let few = try FrameExamples(Array(demonstrations.prefix(3)), for: policy)
  let training = try TransferLearning(
    policy.backbone, head: policy.head, plan: plan, examples: few.count, steps: llavaSteps,
    seed: lesson.seed
  ) { rows, random in few.loss(of: policy, on: rows, using: &random) }
  let losses = (0..<llavaSteps).map { _ in training.step() }
  lesson.result("llavaFirst", losses[0], "first loss; ln(32) is 3.47")
  lesson.result("llavaLast", losses[llavaSteps - 1], "last loss")

  lesson.finish(
    readNext: [
      "Sources/NanoVLA/9-Transfer/LoRA.swift", "Sources/NanoVLA/9-Transfer/TransferLearning.swift",
      "Sources/NanoVLA/9-Transfer/ProgressiveUnfreezing.swift",
      "Sources/VLMs/Registry/TransferPlan+Rules.swift",
    ],
    tryThis: [
      "carelessRate = 3e-4: ten times slower. Does it forget less? Which part of the network changes "
        + "while the head is still untrained?",
      "demonstrationCount = 10: which strategies lose most?",
      "Exercise: carelessHeadFirst = 0.25, so that the head is trained alone at first. The careless "
        + "pointing error should end at about 4 times that of the start instead of 35.",
    ])
}
