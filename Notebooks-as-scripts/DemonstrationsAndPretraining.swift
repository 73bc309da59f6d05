// What do demonstrations buy, and what does pre-training? Lesson 5, with and without the trunk.
//
//   swift run -c release notebook-DemonstrationsAndPretraining
//
// About 1 minute on 2 cores. Every cell starts with // %% and uses what the cells above it made.

import Blackboard
import Foundation
import NanoVLA
import Runs
import Tabletop
import Tensors

let bins = 32  // tokens for each action number
let chunk = 2  // actions predicted at once, and carried out before looking again
let steps = 3000  // batches of 64 time steps
let episodes = 200  // held-out layouts
let counts = [10, 25, 50, 100, 250, 500, 1000]  // demonstrations

let idea = """
  What do demonstrations buy, and what does pre-training? Lesson 5 from 10 to 1,000 demonstrations,
  with and without the pre-trained backbone.
  """

Lesson.run(5, "Notebook: demonstrations and pre-training", idea: idea) { lesson in

  // %% Data: as many demonstrations as the longest row needs. The first 100 are the bundled ones.
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
    return SuccessRate(of: try ClosedLoop(executed: chunk)(policy, seeds: layouts))
  }

  // %% With the pre-trained trunk: it can point, and the head learns what to do about it.
  lesson.heading("With the pre-trained trunk")
  let trunk = try ToyVLM.bundled()
  let trunkError = trunk.pointingError()
  lesson.result("pointing_pretrained", trunkError.object, "mean distance from the named object")
  var curve: [(label: String, value: Double, text: String)] = []
  for count in counts {
    let success = try clone(count, on: trunk)
    lesson.result("success_pretrained_\(count)", success.rate, "\(count): \(success)")
    curve.append(("\(count)", success.rate, "\(success)"))
  }
  lesson.bars("Success by number of demonstrations", .successRate, curve)

  // %% Without: the same network with random weights, frozen. The same head, the same data.
  lesson.heading("The same trunk, never trained")
  var random = SeededRandom(seed: lesson.seed)
  let untrained = ToyVLM(using: &random)
  lesson.result(
    "pointing_random", untrained.pointingError().object, "mean distance from the named object")
  for count in [100, 1000] {
    let success = try clone(count, on: untrained)
    lesson.result("success_random_\(count)", success.rate, "\(count): \(success)")
  }

  // %% Without, but trained along with the head: the demonstrations have to teach seeing as well.
  lesson.heading("The same trunk, learning from the demonstrations alone")
  let scratch = try trainFromScratch(
    Array(demonstrations.prefix(1000)), statistics: statistics, lesson)
  let success = SuccessRate(of: try ClosedLoop(executed: chunk)(scratch, seeds: layouts))
  lesson.result("success_scratch_1000", success.rate, "1000, trunk and head together: \(success)")

  lesson.finish(
    readNext: ["Sources/NanoVLA/Training/GroundingPretraining.swift"],
    tryThis: ["counts = [2, 5, 10]: how few will do?"])
}

// %% Training trunk and head together, from pictures to tokens.

/// Behavior cloning through the whole network: every frame is seen anew at every step.
func trainFromScratch(
  _ demonstrations: [Demonstration], statistics: ActionStatistics, _ lesson: Lesson
) throws -> VLA {
  var random = SeededRandom(seed: lesson.seed)
  let trunk = ToyVLM(using: &random)
  let policy = try VLA(
    backbone: trunk, statistics: statistics, head: .tokens(bins: bins),
    chunk: chunk,
    using: &random)
  let examples = try CloningExamples(demonstrations, for: policy)  // for the targets
  trunk.freeze(false)
  let frames = demonstrations.flatMap(\.frames)
  let proprioception = demonstrations.flatMap(\.proprioception)
  let ids = try demonstrations.flatMap { demonstration in
    let ids = try trunk.tokenizer.encode(demonstration.instruction)
    return demonstration.frames.map { _ in ids }
  }
  let optimizer = AdamW(policy.parameters)
  let schedule = Schedule(peak: 1e-3, warmup: 50, steps: 1500)
  for step in 0..<1500 {
    let batch = (0..<64).map { _ in random.integer(below: frames.count) }
    _ = backwardInShards(of: 64, microBatch: 16) { part in
      let rows = batch[part]
      let vision = trunk.encodeImage(Pixels.tensor(of: rows.map { frames[$0] }))
      let (text, mask) = trunk.encodeText(rows.map { ids[$0] })
      let found = trunk.ground(vision: vision, text: text, mask: mask)
      let feeling = Tensor(rows.flatMap { proprioception[$0] }, shape: [rows.count, 4])
      var noise = SeededRandom(seed: 0)  // which a token head does not use
      return policy.head.loss(
        trunk.state(found, proprioception: feeling), examples.expert.rows(at: Array(rows)),
        using: &noise)
    }
    optimizer.step(learningRate: schedule(step), maximumNorm: 1)
    lesson.progress(step + 1, of: 1500, "trunk and head together")
  }
  return policy
}
