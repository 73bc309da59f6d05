// How much do demonstrations help, and how much does pre-training? Lesson 5 with and without the
// pre-trained backbone.
//
//   swift run -c release notebook-DemonstrationsAndPretraining
//
// About 1 minute on 2 cores. A cell starts with // %% and uses the results of the cells above it.

import Blackboard
import Foundation
import NanoVLA
import Runs
import Tabletop
import Tensors

let bins = 32  // tokens for each action number
let chunk = 2  // K: actions predicted at once, and executed before the next prediction
let steps = 3000  // batches of 64 time steps
let episodes = 200  // held-out layouts
let counts = [10, 25, 50, 100, 250, 500, 1000]  // demonstrations

let idea = """
  How much do demonstrations help, and how much does pre-training? Lesson 5 with 10 to 1,000 demonstrations,
  with and without the pre-trained backbone.
  """

Lesson.run(5, "Notebook: demonstrations and pre-training", idea: idea) { lesson in

  // %% Data: the largest number of demonstrations. The first 100 are the bundled ones.
  let demonstrations = try DemonstrationDataset.generate(suite: .object, count: counts.max()!)
    .demonstrations
  let statistics = try ActionStatistics.bundled()
  let layouts = Suite.heldOutSeeds(episodes)

  func clone(_ count: Int, on backbone: ToyVLM) throws -> SuccessRate {
    var random = SeededRandom(seed: lesson.seed)
    let policy = try VLA(
      backbone: backbone, statistics: statistics, head: .tokens(bins: bins), chunk: chunk,
      using: &random)
    let examples = try CloningExamples(Array(demonstrations.prefix(count)), for: policy)
    let training = BehaviorCloning(policy, on: examples, steps: steps, seed: lesson.seed)
    for step in 1...steps {
      training.step()
      lesson.progress(step, of: steps, "\(count) demonstrations")
    }
    return SuccessRate(
      of: try ClosedLoop(in: TabletopEnvironment(), executionHorizon: chunk)(policy, seeds: layouts)
    )
  }

  // %% With the pre-trained backbone: it locates objects, and the head learns to act on that.
  lesson.heading("With the pre-trained backbone")
  let pretrained = try ToyVLM.bundled()
  let pretrainedError = pretrained.pointingError()
  lesson.result(
    "pointing_pretrained", pretrainedError.object, "mean distance from the named object")
  var curve: [(label: String, value: Double, text: String)] = []
  for count in counts {
    let success = try clone(count, on: pretrained)
    lesson.result("success_pretrained_\(count)", success.rate, "\(count): \(success)")
    curve.append(("\(count)", success.rate, "\(success)"))
  }
  lesson.bars("Success by number of demonstrations", .successRate, curve)

  // %% Without: the same network with random weights, frozen. The same head, the same data.
  lesson.heading("The same backbone, never trained")
  var random = SeededRandom(seed: lesson.seed)
  let untrained = ToyVLM(using: &random)
  lesson.result(
    "pointing_random", untrained.pointingError().object, "mean distance from the named object")
  for count in [100, 1000] {
    let success = try clone(count, on: untrained)
    lesson.result("success_random_\(count)", success.rate, "\(count): \(success)")
  }

  // %% Without, but trained together with the head on the demonstrations alone.
  lesson.heading("The same backbone, trained on the demonstrations alone")
  let scratch = try trainFromScratch(
    Array(demonstrations.prefix(1000)), statistics: statistics, lesson)
  let success = SuccessRate(
    of: try ClosedLoop(in: TabletopEnvironment(), executionHorizon: chunk)(scratch, seeds: layouts))
  lesson.result(
    "success_scratch_1000", success.rate, "1000, backbone and head together: \(success)")

  lesson.finish(
    readNext: ["Sources/Runs/Pretraining/GroundingPretraining.swift"],
    tryThis: ["counts = [2, 5, 10]: how few are enough?"])
}

// %% Training backbone and head together, from images to action tokens.

/// Behavior cloning through the whole network: every step encodes its frames again.
func trainFromScratch(
  _ demonstrations: [Demonstration], statistics: ActionStatistics, _ lesson: Lesson
) throws -> VLA {
  var random = SeededRandom(seed: lesson.seed)
  let backbone = ToyVLM(using: &random)
  let policy = try VLA(
    backbone: backbone, statistics: statistics, head: .tokens(bins: bins),
    chunk: chunk,
    using: &random)
  let examples = try CloningExamples(demonstrations, for: policy)  // for the targets
  backbone.freeze(false)
  let frames = demonstrations.flatMap(\.frames)
  let proprioception = demonstrations.flatMap(\.proprioception)
  let ids = try demonstrations.flatMap { demonstration in
    let ids = try backbone.tokenizer.encode(demonstration.instruction)
    return demonstration.frames.map { _ in ids }
  }
  let optimizer = AdamW(policy.parameters)
  let schedule = Schedule(peak: 1e-3, warmup: 50, steps: 1500)
  for step in 0..<1500 {
    let batch = (0..<64).map { _ in random.integer(below: frames.count) }
    _ = backwardInShards(of: 64, microBatch: 16) { part in
      let rows = batch[part]
      let vision = backbone.encodeImage(Pixels.tensor(of: rows.map { frames[$0] }))
      let (text, mask) = backbone.encodeText(rows.map { ids[$0] })
      let found = backbone.ground(vision: vision, text: text, mask: mask)
      let proprio = Tensor(rows.flatMap { proprioception[$0] }, shape: [rows.count, 4])
      var noise = SeededRandom(seed: 0)  // unused by a token head
      return policy.head.loss(
        backbone.state(found, proprioception: proprio), examples.expert.rows(at: Array(rows)),
        using: &noise)
    }
    optimizer.step(learningRate: schedule(step), maximumNorm: 1)
    lesson.progress(step + 1, of: 1500, "backbone and head together")
  }
  return policy
}
