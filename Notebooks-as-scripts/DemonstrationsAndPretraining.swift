// How much do demonstrations help, and how much does pre-training? Lesson 5, with and without the
// pre-trained backbone.
//
//   swift run -c release notebook-DemonstrationsAndPretraining
//
// About 1 minute on 2 cores. Each cell starts with // %% and uses the results of the cells above it.

import Blackboard
import NanoVLA
import Runs
import Tabletop
import Tensors

let bins = 32  // action tokens per dimension
let chunk = 2  // K: actions predicted at once, all of them executed
let steps = 3000  // batches of 64 time steps
let jointSteps = 1500  // batches of 64 images, for backbone and head together
let episodes = 200  // held-out layouts
let counts = [10, 25, 50, 100, 250, 500, 1000]  // demonstrations

let idea = """
  How much do demonstrations help, and how much does pre-training? Lesson 5's policy is cloned from 10
  to 1,000 demonstrations: on the pre-trained backbone, on the same backbone with random weights, and
  with backbone and head trained together from random weights.
  """

Lesson.run(5, "Notebook: demonstrations and pre-training", idea: idea) { lesson in

  // %% Data: as many demonstrations as the largest count. The first 100 are the bundled ones.
  let demonstrations = try DemonstrationDataset.generate(suite: .object, count: counts.max()!)
    .demonstrations
  let statistics = try ActionStatistics.bundled()
  let layouts = Suite.heldOutSeeds(episodes)

  func makePolicy(_ backbone: ToyVLM) throws -> VLA {
    var random = SeededRandom(seed: lesson.seed)
    return try VLA(
      backbone: backbone, statistics: statistics, head: .tokens(bins: bins), chunk: chunk,
      using: &random)
  }
  func success(of policy: VLA) throws -> SuccessRate {
    let closedLoop = ClosedLoop(in: TabletopEnvironment(), executionHorizon: chunk)
    return SuccessRate(of: try closedLoop(policy, seeds: layouts))
  }
  func clone(_ count: Int, on backbone: ToyVLM) throws -> SuccessRate {
    let policy = try makePolicy(backbone)
    let examples = try CloningExamples(Array(demonstrations.prefix(count)), for: policy)
    let training = BehaviorCloning(policy, on: examples, steps: steps, seed: lesson.seed)
    lesson.repeating(steps, "\(count) demonstrations") { training.step() }
    return try success(of: policy)
  }

  // %% The pre-trained backbone: it can point, and the head learns how to act on that.
  lesson.heading("The pre-trained backbone, frozen")
  let backbone = try ToyVLM.bundled()
  let error = backbone.pointingError()
  lesson.result("pointing_pretrained", error.object, "pointing error (table widths)")
  var pretrained: [(x: Double, y: Double)] = []
  for count in counts {
    let success = try clone(count, on: backbone)
    lesson.result("success_pretrained_\(count)", success.rate, "\(count): \(success)")
    pretrained.append((Double(count), success.rate))
  }

  // %% The same network with random weights, frozen. The same head, the same data.
  lesson.heading("The same backbone with random weights, frozen")
  var random = SeededRandom(seed: lesson.seed)
  let untrained = ToyVLM(using: &random)
  let randomError = untrained.pointingError().object
  lesson.result("pointing_random", randomError, "pointing error (table widths)")
  var frozen: [(x: Double, y: Double)] = []
  for count in [100, 1000] {
    let success = try clone(count, on: untrained)
    lesson.result("success_random_\(count)", success.rate, "\(count): \(success)")
    frozen.append((Double(count), success.rate))
  }

  // %% Random weights, trained together with the head: the demonstrations must teach vision as well.
  lesson.heading("Backbone and head trained together on the demonstrations alone")
  let scratch = try makePolicy(ToyVLM(using: &random))
  scratch.backbone.freeze(false)
  let examples = try FrameExamples(Array(demonstrations.prefix(1000)), for: scratch)
  let optimizer = AdamW(scratch.parameters)
  let schedule = Schedule(peak: 1e-3, warmup: 50, steps: jointSteps)
  for step in 0..<jointSteps {
    let batch = (0..<64).map { _ in random.integer(below: examples.count) }
    _ = backwardInShards(of: 64, microBatch: 16) { part in
      var noise = SeededRandom(seed: 0)  // not used by a token head
      return examples.loss(of: scratch, on: Array(batch[part]), using: &noise)
    }
    optimizer.step(learningRate: schedule(step), maximumNorm: 1)
    lesson.progress(step + 1, of: jointSteps, "backbone and head")
  }
  let joint = try success(of: scratch)
  lesson.result("success_scratch_1000", joint.rate, "1000, backbone and head together: \(joint)")

  // %% All three in one chart.
  try lesson.chart(
    LineChart(
      "Success by number of demonstrations", x: Axis("demonstrations", 0...Double(counts.max()!)),
      y: .successRate,
      [
        .init("pre-trained backbone", pretrained, showsPoints: true),
        .init("random backbone, frozen", frozen, showsPoints: true),
        .init("random backbone, trained", [(1000, joint.rate)], showsPoints: true),
      ]), as: "demonstrations.png")

  lesson.finish(
    readNext: ["Sources/Runs/Pretraining/GroundingPretraining.swift"],
    tryThis: ["counts = [2, 5, 10]: how few demonstrations are enough?"])
}
